package dev.fanfare.gateway.transport;

import java.util.concurrent.TimeUnit;

/**
 * A bucket that holds one second's worth and is one number: up to when everything is spent, in nanoseconds. What comes is let in while the
 * bucket is not empty, and may take more than there is; what comes next waits until that is paid back. Stateless; any thread.
 */
final class Spending {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private Spending() {}

    /** A full bucket. */
    static long none(long now) {
        return now - SECOND;
    }

    /** Whether the bucket is empty. */
    static boolean isAll(long spentUntil, long now) {
        return spentUntil - now >= 0; // nanoTime() may overflow
    }

    /**
     * Takes {@code amount} from a bucket that is filled with {@code perSecond}; 0 for one that is never empty.
     *
     * @return up to when everything is spent now
     */
    static long of(long spentUntil, long amount, int perSecond, long now) {
        if (perSecond == 0) {
            return spentUntil;
        }
        long from = now - spentUntil > SECOND ? now - SECOND : spentUntil;
        return from + amount * SECOND / perSecond;
    }
}
