package dev.fanfare.load.wire;

/** Takes what a WebSocket server says. Called on the connection's event loop; arrays are the caller's and change afterwards. */
public interface FrameEvents {
    /** A whole text message, unchecked as to UTF-8: whoever takes it checks each distinct text once. */
    void text(byte[] buffer, int offset, int end) throws ProtocolViolation;

    /** A whole binary message of {@code length} bytes. */
    void binary(int length);

    /** A ping; a pong with the same bytes is due (RFC 6455 §5.5.2). */
    void ping(byte[] buffer, int offset, int end);

    /** A pong nobody asked for, which is allowed (RFC 6455 §5.5.3). */
    void pong();

    /** A close frame; {@code code} is 1005 when it carried none (RFC 6455 §7.1.5). Nothing follows it. */
    void close(int code);
}
