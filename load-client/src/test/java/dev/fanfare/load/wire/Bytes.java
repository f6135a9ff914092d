package dev.fanfare.load.wire;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Byte strings for tests, and ways to cut them up. */
final class Bytes {
    /** A decoder under test. */
    interface Feed {
        void accept(byte[] buffer, int from, int to) throws ProtocolViolation;
    }

    private Bytes() {}

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** A server's frame in its shortest form. */
    static byte[] frame(int first, byte[] payload) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(first);
        if (payload.length < 126) {
            out.write(payload.length);
        } else if (payload.length < 65_536) {
            out.write(126);
            out.write(payload.length >> 8);
            out.write(payload.length);
        } else {
            out.write(127);
            for (int shift = 56; shift >= 0; shift -= 8) {
                out.write((int) ((long) payload.length >> shift));
            }
        }
        out.writeBytes(payload);
        return out.toByteArray();
    }

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    /** Feeds the bytes cut in two at {@code cut}; the buffer is overwritten after each part, as a receive buffer would be. */
    static void inTwo(byte[] bytes, int cut, Feed decoder) throws ProtocolViolation {
        inPieces(bytes, decoder, cut, bytes.length);
    }

    static void oneByOne(byte[] bytes, Feed decoder) throws ProtocolViolation {
        int[] ends = new int[bytes.length];
        Arrays.setAll(ends, i -> i + 1);
        inPieces(bytes, decoder, ends);
    }

    private static void inPieces(byte[] bytes, Feed decoder, int... ends) throws ProtocolViolation {
        int from = 0;
        for (int end : ends) {
            byte[] buffer = new byte[end - from + 6];
            Arrays.fill(buffer, (byte) '\n');
            System.arraycopy(bytes, from, buffer, 3, end - from);
            decoder.accept(buffer, 3, 3 + end - from);
            Arrays.fill(buffer, (byte) 0xee);
            from = end;
        }
    }
}
