package dev.fanfare.gateway.hub;

import java.util.concurrent.atomic.AtomicLong;

/** Bytes that wait for the sockets of all connections together, as the shards last saw them. Any thread. */
final class PendingTotal {
    /** When too much waits, so much of what is allowed is left: closing one connection for each message that is too much would last. */
    private static final double GOAL = 0.9;

    private final long most;
    private final AtomicLong bytes = new AtomicLong();

    PendingTotal(long most) {
        this.most = most;
    }

    /** A shard sees {@code now} bytes where it saw {@code before}. */
    void changed(long before, long now) {
        bytes.addAndGet(now - before);
    }

    /** What a shard where {@code mine} bytes wait has to free: its share, which is that of what waits with it. */
    long excess(long mine) {
        long all = bytes.get();
        return all <= most ? 0 : (long) ((all - most * GOAL) * mine / all);
    }
}
