package dev.fanfare.gateway.transport;

import java.util.concurrent.atomic.AtomicLong;

/**
 * So many a second and no more; what was not used of the last second may come at once (a virtual-scheduling leaky bucket,
 * ITU-T I.371). Any thread.
 */
final class Bucket {
    private static final long SECOND = 1_000_000_000L;

    private final int rate;
    /** When the next one would be due at exactly the allowed rate. */
    private final AtomicLong nextDue = new AtomicLong(Long.MIN_VALUE);

    /** {@code rate} per second; 0 for as many as there are. */
    Bucket(int rate) {
        this.rate = rate;
    }

    /** Whether one more may come at {@code now}, which is of {@link System#nanoTime()}; if so, it is counted. */
    boolean take(long now) {
        while (true) {
            long due = nextDue.get();
            long wait = untilDue(due, now);
            if (wait > 0) {
                return false;
            }
            if (rate == 0 || nextDue.compareAndSet(due, now + wait)) {
                return true;
            }
        }
    }

    /** Whether one more could come at {@code now}; it is not counted, and may be told otherwise. */
    boolean hasLeft(long now) {
        return untilDue(nextDue.get(), now) <= 0;
    }

    /** From {@code now} to when the bucket is in balance, if it lets one more in. */
    private long untilDue(long due, long now) {
        // An idle bucket holds one second's worth, no more. Differences, because nanoTime() may be negative.
        long from = due == Long.MIN_VALUE || due - (now - SECOND) < 0 ? now - SECOND : due;
        return rate == 0 ? 0 : from + Math.max(1, SECOND / rate) - now;
    }
}
