package dev.fanfare.load.wire;

/**
 * Takes the chunked transfer coding off a body (RFC 9112 §7.1). Extensions and trailer fields are skipped, within a limit. One
 * connection, its event loop only.
 */
public final class ChunkedDecoder {
    /** Longest chunk extension, and longest trailer section, in bytes. */
    static final int EXTRA_LIMIT = 4096;

    private static final int MAX_SIZE_DIGITS = 15;

    private enum State {
        SIZE,
        EXTENSION,
        SIZE_LF,
        DATA,
        DATA_CR,
        DATA_LF,
        TRAILER_START,
        TRAILER,
        TRAILER_LF,
        END_LF,
        DONE
    }

    private State state = State.SIZE;
    private long left;
    private int digits;
    private int extra;

    /** Takes bytes from {@code offset} up to {@code end} and hands the body's bytes among them to {@code sink}. */
    public void feed(byte[] buffer, int offset, int end, BodySink sink) throws ProtocolViolation {
        int at = offset;
        while (at < end) {
            if (state == State.DATA) {
                int count = (int) Math.min(left, end - at);
                sink.body(buffer, at, at + count);
                at += count;
                left -= count;
                if (left == 0) {
                    state = State.DATA_CR;
                }
            } else {
                step(buffer[at++]);
            }
        }
    }

    /** Whether the last chunk and its trailer section have been read: the body is complete. */
    public boolean done() {
        return state == State.DONE;
    }

    private void step(byte b) throws ProtocolViolation {
        switch (state) {
            case SIZE -> size(b);
            case EXTENSION -> skip(b, State.EXTENSION, State.SIZE_LF);
            case SIZE_LF -> sizeEnd(b);
            case DATA_CR -> state = expect(b, '\r', State.DATA_LF);
            case DATA_LF -> state = expect(b, '\n', State.SIZE);
            case TRAILER_START -> {
                if (b == '\r') {
                    state = State.END_LF;
                } else {
                    skip(b, State.TRAILER, State.TRAILER_LF);
                }
            }
            case TRAILER -> skip(b, State.TRAILER, State.TRAILER_LF);
            case TRAILER_LF -> state = expect(b, '\n', State.TRAILER_START);
            case END_LF -> state = expect(b, '\n', State.DONE);
            case DONE, DATA -> throw new ProtocolViolation("bytes after the last chunk");
        }
    }

    private void size(byte b) throws ProtocolViolation {
        int value = Character.digit(b, 16);
        if (value >= 0) {
            left = left << 4 | value;
            if (++digits > MAX_SIZE_DIGITS) {
                throw new ProtocolViolation("chunk size too large");
            }
        } else if (digits == 0) {
            throw new ProtocolViolation("chunk size missing");
        } else if (b == '\r') {
            state = State.SIZE_LF;
        } else if (b == ';' || b == ' ' || b == '\t') {
            state = State.EXTENSION;
        } else {
            throw new ProtocolViolation("malformed chunk size");
        }
    }

    private void sizeEnd(byte b) throws ProtocolViolation {
        state = expect(b, '\n', left == 0 ? State.TRAILER_START : State.DATA);
        digits = 0;
        extra = 0;
    }

    private void skip(byte b, State same, State after) throws ProtocolViolation {
        if (b == '\n') {
            throw new ProtocolViolation("bare LF in chunked framing");
        }
        if (++extra > EXTRA_LIMIT) {
            throw new ProtocolViolation("chunk extension or trailer too long");
        }
        state = b == '\r' ? after : same;
    }

    private static State expect(byte b, char wanted, State next) throws ProtocolViolation {
        if (b != wanted) {
            throw new ProtocolViolation("malformed chunk framing");
        }
        return next;
    }
}
