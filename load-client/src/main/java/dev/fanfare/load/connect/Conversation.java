package dev.fanfare.load.connect;

import dev.fanfare.load.wire.ProtocolViolation;
import org.jspecify.annotations.Nullable;

/** What follows the response head on one connection. Its event loop only. */
interface Conversation {
    /** Bytes arrived: from {@code offset} up to {@code end}; the array is the caller's. */
    void feed(byte[] buffer, int offset, int end) throws ProtocolViolation;

    /** How to name the end when the server closes the connection without having said so in the protocol. */
    String cutOff();

    /** What to resume after on the next connection; null when this transport or server has no such thing. */
    @Nullable
    String lastEventId();

    /** What to send before closing the connection for the reason {@code code}; may be empty. */
    byte[] farewell(int code);
}
