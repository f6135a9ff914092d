package dev.fanfare.load.wire;

import java.util.concurrent.ThreadLocalRandom;

/** The few frames a subscriber sends: masked control frames (RFC 6455 §5.3, §5.5). Any thread. */
public final class ClientFrames {
    private static final int CLOSE = 0x88;
    private static final int PONG = 0x8A;
    private static final int MASKED = 0x80;

    private ClientFrames() {}

    /** A pong with the bytes of the ping it answers: at most 125, from {@code offset} up to {@code end}. */
    public static byte[] pong(byte[] ping, int offset, int end) {
        return frame(PONG, ping, offset, end);
    }

    /** A close frame; 1005 ("no code") becomes one without a payload. */
    public static byte[] close(int code) {
        byte[] payload = code == 1005 ? new byte[0] : new byte[] {(byte) (code >> 8), (byte) code};
        return frame(CLOSE, payload, 0, payload.length);
    }

    private static byte[] frame(int first, byte[] payload, int offset, int end) {
        int length = end - offset;
        byte[] frame = new byte[6 + length];
        frame[0] = (byte) first;
        frame[1] = (byte) (MASKED | length);
        int mask = ThreadLocalRandom.current().nextInt();
        for (int i = 0; i < 4; i++) {
            frame[2 + i] = (byte) (mask >>> (24 - 8 * i));
        }
        for (int i = 0; i < length; i++) {
            frame[6 + i] = (byte) (payload[offset + i] ^ frame[2 + (i & 3)]);
        }
        return frame;
    }
}
