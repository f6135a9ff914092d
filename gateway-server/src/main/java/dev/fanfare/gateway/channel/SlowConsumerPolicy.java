package dev.fanfare.gateway.channel;

/** What happens to a publication for a connection whose socket still has bytes to take. */
public enum SlowConsumerPolicy {
    /**
     * Keep nothing for the connection; when its socket has drained, read what it missed from what the channel retains: the
     * newest value of each key if the channel conflates, else its history. A channel that retains nothing drops.
     */
    CATCH_UP,
    /** Queue up to the bound, then drop the new one. */
    DROP,
    /** Queue up to the bound, then close the connection. */
    DISCONNECT
}
