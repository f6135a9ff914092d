package dev.fanfare.gateway.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Frames a server sends (RFC 6455 §5.2): never masked, never fragmented. Thread: any. */
public final class WebSocketWire {
    /** Payload limit of a control frame (RFC 6455 §5.5). */
    public static final int MAX_CONTROL_PAYLOAD = 125;

    private static final int FIN = 0x80;
    private static final int RSV1 = 0x40;
    private static final int TEXT = 0x1;
    private static final int CLOSE = 0x8;
    private static final int PING = 0x9;
    private static final int PONG = 0xA;

    private WebSocketWire() {}

    /** A text frame; {@code payload} must be UTF-8. */
    public static byte[] text(byte[] payload) {
        return frame(TEXT, payload);
    }

    /** A text frame whose payload is compressed (RFC 7692 §6); what ends a flush must have been cut off. */
    static byte[] deflated(byte[] payload) {
        return frame(RSV1 | TEXT, payload);
    }

    /** A ping without payload. */
    public static byte[] ping() {
        return frame(PING, new byte[0]);
    }

    /** The answer to a ping, with the ping's payload (RFC 6455 §5.5.3). */
    public static byte[] pong(byte[] payload) {
        return frame(PONG, payload);
    }

    /** A close frame (RFC 6455 §5.5.1); a reason longer than 123 bytes is refused. */
    public static byte[] close(int code, String reason) {
        byte[] words = reason.getBytes(UTF_8);
        if (words.length > MAX_CONTROL_PAYLOAD - 2) {
            throw new IllegalArgumentException("close reason over 123 bytes: " + reason);
        }
        return frame(CLOSE, Bytes.join(new byte[] {(byte) (code >> 8), (byte) code}, words));
    }

    private static byte[] frame(int bits, byte[] payload) {
        return Bytes.join(header(bits, payload.length), payload);
    }

    private static byte[] header(int bits, int length) {
        byte first = (byte) (FIN | bits);
        if (length < 126) {
            return new byte[] {first, (byte) length};
        }
        if (length <= 0xFFFF) {
            return new byte[] {first, 126, (byte) (length >> 8), (byte) length};
        }
        return new byte[] {
            first, 127, 0, 0, 0, 0, (byte) (length >> 24), (byte) (length >> 16), (byte) (length >> 8), (byte) length
        };
    }
}
