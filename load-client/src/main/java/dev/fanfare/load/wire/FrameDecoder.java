package dev.fanfare.load.wire;

/**
 * Reads the frames a WebSocket server sends (RFC 6455 §5), with permessage-deflate (RFC 7692) if that was agreed on: unmasked,
 * reserved bits zero but where that says otherwise, lengths in their shortest form, control frames whole and of at most 125 bytes,
 * fragments in sequence. One connection, its event loop only.
 *
 * <p>A frame that arrives in one slice is handed on without being copied.
 */
public final class FrameDecoder {
    /** The longest message, in bytes. */
    public static final int LIMIT = 1 << 20;

    private static final int CONTINUATION = 0;
    private static final int TEXT = 1;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;
    private static final int CONTROL_LIMIT = 125;
    private static final int RSV1 = 0x40;

    private final FrameEvents events;
    private final Accumulator message = new Accumulator(LIMIT, "WebSocket message");
    private final Accumulator control = new Accumulator(CONTROL_LIMIT, "WebSocket control frame");
    /** Bytes of the header still to come before the next decision; 0 while the payload is being read. */
    private int headerLeft = 2;

    private boolean lengthFollows;
    private int first;
    private long length;
    private long payloadLeft;
    /** Opcode of the fragmented message under way, 0 when there is none. */
    private int fragmented;

    private final boolean deflate;
    /** Whether the data frame that was read last, or the message it is a part of, is compressed. */
    private boolean compressed;

    private boolean closed;

    /** {@code deflate}: messages may be compressed, each without looking back at another. */
    public FrameDecoder(FrameEvents events, boolean deflate) {
        this.events = events;
        this.deflate = deflate;
    }

    /** Takes bytes from {@code offset} up to {@code end}. Bytes after a close frame are ignored (RFC 6455 §5.5.1). */
    public void feed(byte[] buffer, int offset, int end) throws ProtocolViolation {
        int at = offset;
        while (at < end && !closed) {
            if (headerLeft > 0) {
                header(buffer[at++] & 0xff);
                if (headerLeft > 0 || length > 0) {
                    continue;
                }
            }
            at = payload(buffer, at, end);
        }
    }

    private void header(int b) throws ProtocolViolation {
        headerLeft--;
        if (lengthFollows) {
            length = length << 8 | b;
            if (headerLeft == 0) {
                longLength();
            }
        } else if (headerLeft == 1) {
            first = b;
            opcode();
        } else {
            shortLength(b);
        }
    }

    private void opcode() throws ProtocolViolation {
        int opcode = first & 0x0f;
        boolean fin = (first & 0x80) != 0;
        boolean begins = opcode == TEXT || opcode == BINARY;
        if ((first & 0x70) != 0 && !(deflate && begins && (first & 0x70) == RSV1)) {
            throw new ProtocolViolation("WebSocket reserved bits set");
        }
        if (opcode > PONG || (opcode > BINARY && opcode < CLOSE)) {
            throw new ProtocolViolation("unknown WebSocket opcode");
        }
        if (opcode >= CLOSE && !fin) {
            throw new ProtocolViolation("fragmented WebSocket control frame");
        }
        if (opcode == CONTINUATION && fragmented == 0) {
            throw new ProtocolViolation("WebSocket continuation without a message");
        }
        if (begins && fragmented != 0) {
            throw new ProtocolViolation("WebSocket message inside a fragmented one");
        }
        compressed = begins ? (first & RSV1) != 0 : compressed;
    }

    private void shortLength(int b) throws ProtocolViolation {
        if ((b & 0x80) != 0) {
            throw new ProtocolViolation("masked WebSocket frame from the server");
        }
        if (b > CONTROL_LIMIT && (first & 0x0f) >= CLOSE) {
            throw new ProtocolViolation("WebSocket control frame longer than 125 bytes");
        }
        if (b > CONTROL_LIMIT) {
            lengthFollows = true;
            length = 0;
            headerLeft = b == 126 ? 2 : 8;
        } else {
            length = b;
            payloadLeft = b;
        }
    }

    private void longLength() throws ProtocolViolation {
        lengthFollows = false;
        if (length < 0 || length > LIMIT) {
            throw new ProtocolViolation("WebSocket message longer than " + LIMIT + " bytes", ProtocolViolation.TOO_BIG);
        }
        if (length <= CONTROL_LIMIT) {
            throw new ProtocolViolation("WebSocket length not in its shortest form");
        }
        payloadLeft = length;
    }

    private int payload(byte[] buffer, int at, int end) throws ProtocolViolation {
        int count = (int) Math.min(payloadLeft, end - at);
        int opcode = first & 0x0f;
        Accumulator kept = opcode >= CLOSE ? control : message;
        payloadLeft -= count;
        boolean whole = count == length && payloadLeft == 0;
        boolean fin = (first & 0x80) != 0;
        if (whole && (opcode >= CLOSE || (fin && opcode != CONTINUATION))) {
            headerLeft = 2;
            deliver(opcode, buffer, at, at + count);
            return at + count;
        }
        kept.append(buffer, at, count);
        if (payloadLeft == 0) {
            headerLeft = 2;
            endFrame(opcode, fin, kept);
        }
        return at + count;
    }

    private void endFrame(int opcode, boolean fin, Accumulator kept) throws ProtocolViolation {
        if (!fin) {
            fragmented = fragmented == 0 ? opcode : fragmented;
            return;
        }
        int kind = opcode == CONTINUATION ? fragmented : opcode;
        if (opcode < CLOSE) {
            fragmented = 0;
        }
        deliver(kind, kept.bytes(), 0, kept.length());
        kept.clear();
    }

    private void deliver(int opcode, byte[] buffer, int from, int to) throws ProtocolViolation {
        switch (opcode) {
            case TEXT -> text(buffer, from, to);
            case BINARY -> events.binary(to - from);
            case PING -> events.ping(buffer, from, to);
            case PONG -> events.pong();
            default -> close(buffer, from, to);
        }
    }

    private void text(byte[] buffer, int from, int to) throws ProtocolViolation {
        if (!compressed) {
            events.text(buffer, from, to);
            return;
        }
        MessageInflater inflater = MessageInflater.own();
        inflater.inflate(buffer, from, to);
        events.text(inflater.text(), 0, inflater.length());
    }

    private void close(byte[] buffer, int from, int to) throws ProtocolViolation {
        closed = true;
        if (from == to) {
            events.close(1005);
            return;
        }
        if (to - from == 1) {
            throw new ProtocolViolation("WebSocket close frame of one byte");
        }
        int code = (buffer[from] & 0xff) << 8 | (buffer[from + 1] & 0xff);
        boolean known =
                (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
        if (!known) {
            throw new ProtocolViolation("WebSocket close code that may not be sent");
        }
        if (!Utf8.valid(buffer, from + 2, to)) {
            throw new ProtocolViolation("WebSocket close reason is not UTF-8", ProtocolViolation.NOT_UTF8);
        }
        events.close(code);
    }
}
