package dev.fanfare.gateway.metrics;

import java.util.Locale;

/** Why a stream ended; the values of the label {@code reason}. */
public enum CloseReason {
    /** The client closed it, or went away. */
    CLIENT,
    /** The gateway is shutting down. */
    DRAIN,
    /** Somebody asked for it through the API. */
    DISCONNECTED,
    /** Its token has expired; counted also if the client left by itself after it was told so. */
    EXPIRED,
    /** Its token was revoked. */
    REVOKED,
    /** Policy {@code disconnect}: more bytes waited than one connection may hold. */
    SLOW,
    /** More bytes waited for all sockets together than may, and most of them for this one. */
    PENDING_TOTAL,
    /** The client sent more, or faster, than it may. */
    FLOOD,
    /** Bytes waited and the socket took none of them for the configured time. */
    STALLED,
    /** No answer to a WebSocket ping. */
    NO_PONG,
    /** The client broke the protocol. */
    PROTOCOL_ERROR,
    /** The network reported an error. */
    IO_ERROR;

    /** As it stands in metrics and logs. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
