package dev.fanfare.load.wire;

import java.util.Arrays;

/** Bytes kept from one read to the next, up to a limit. Holds no memory while empty: most connections are, most of the time. */
final class Accumulator {
    private static final byte[] NOTHING = new byte[0];

    private final int limit;
    private final String what;
    private byte[] bytes = NOTHING;
    private int length;

    /** At most {@code limit} bytes of {@code what}, which names the thing in the error. */
    Accumulator(int limit, String what) {
        this.limit = limit;
        this.what = what;
    }

    void append(byte[] from, int offset, int count) throws ProtocolViolation {
        if (count > limit - length) {
            throw new ProtocolViolation(what + " longer than " + limit + " bytes", ProtocolViolation.TOO_BIG);
        }
        if (length + count > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.min(limit, Math.max(length + count, 2 * length + 128)));
        }
        System.arraycopy(from, offset, bytes, length, count);
        length += count;
    }

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    boolean isEmpty() {
        return length == 0;
    }

    void clear() {
        length = 0;
        bytes = NOTHING;
    }
}
