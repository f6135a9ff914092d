package dev.fanfare.gateway.hub;

/** What happens to a message for a connection whose socket still has bytes to take. */
public enum SlowConsumerPolicy {
    /** Keep only the newest; send it when the socket has drained. */
    CONFLATE,
    /** Queue up to the bound, then drop the new one. */
    DROP,
    /** Queue up to the bound, then close the connection. */
    DISCONNECT
}
