package dev.fanfare.gateway.api;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * How many publications may come: a bucket that holds one second's worth. A call is let in when the bucket is not empty, and
 * may take more than there is; then the next ones wait until that is paid back. Any thread.
 */
final class PublishRate {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final int perSecond;
    private final String setting;
    private final LongSupplier nanoTime;
    /** Up to when everything is spent, in nanoseconds. */
    private final AtomicLong spentUntil;

    /**
     * A full bucket.
     *
     * @param perSecond 0 for no limit
     * @param setting that says so
     */
    PublishRate(int perSecond, String setting, LongSupplier nanoTime) {
        this.perSecond = perSecond;
        this.setting = setting;
        this.nanoTime = nanoTime;
        this.spentUntil = new AtomicLong(nanoTime.getAsLong() - SECOND);
    }

    /**
     * Takes {@code count} publications.
     *
     * @throws ApiError 111 if there is none to take, saying when there will be
     */
    void take(int count) throws ApiError {
        if (perSecond == 0 || count == 0) {
            return;
        }
        long cost = count * SECOND / perSecond;
        long now = nanoTime.getAsLong();
        long before;
        long from;
        do {
            before = spentUntil.get();
            from = now - before > SECOND ? now - SECOND : before;
            if (from - now >= 0) {
                throw ApiError.busy(
                        "more than %d publications per second (%s)".formatted(perSecond, setting),
                        1 + (from - now) / SECOND);
            }
        } while (!spentUntil.compareAndSet(before, from + cost));
    }
}
