package dev.fanfare.load.connect;

import java.util.random.RandomGenerator;

/**
 * How long to wait before a reconnect: exponential with full jitter (uniform between 0 and the ceiling), so that thousands cut
 * off at once do not come back at once. What a server asked for with SSE {@code retry:} comes on top: it is a minimum.
 *
 * @param baseMillis ceiling of the first wait
 * @param maxMillis highest ceiling
 */
record Backoff(long baseMillis, long maxMillis) {
    /** What is used: half a second, doubling up to half a minute. */
    static final Backoff DEFAULT = new Backoff(500, 30_000);

    /**
     * The wait in milliseconds.
     *
     * @param failures tries that failed since a stream was last open
     * @param retryMillis what the server asked for, 0 when nothing
     */
    long waitMillis(int failures, long retryMillis, RandomGenerator random) {
        long ceiling = Math.min(maxMillis, baseMillis << Math.min(failures, 20));
        return retryMillis + random.nextLong(ceiling + 1);
    }
}
