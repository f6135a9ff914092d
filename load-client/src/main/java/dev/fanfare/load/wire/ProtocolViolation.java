package dev.fanfare.load.wire;

/**
 * The server broke a rule of its protocol; the connection cannot go on. The message is the reason as it is counted in the
 * report, so it names the rule and holds no value that differs from connection to connection. Carries no stack trace: a
 * misbehaving server may cause thousands a second.
 */
public final class ProtocolViolation extends Exception {
    /** RFC 6455 §7.4.1: a rule of the protocol was broken. */
    public static final int PROTOCOL_ERROR = 1002;
    /** RFC 6455 §7.4.1: a text message was not UTF-8. */
    public static final int NOT_UTF8 = 1007;
    /** RFC 6455 §7.4.1: a message was too big to process. */
    public static final int TOO_BIG = 1009;

    private final int closeCode;

    /** A violation answered, on a WebSocket, with 1002. */
    public ProtocolViolation(String reason) {
        this(reason, PROTOCOL_ERROR);
    }

    /** A violation answered, on a WebSocket, with {@code closeCode}. */
    public ProtocolViolation(String reason, int closeCode) {
        super(reason, null, false, false);
        this.closeCode = closeCode;
    }

    /** The reason as the report counts it. */
    public String reason() {
        return String.valueOf(getMessage());
    }

    /** The WebSocket close code to answer with (RFC 6455 §7.4.1). */
    public int closeCode() {
        return closeCode;
    }
}
