package dev.fanfare.gateway.boot;

import java.time.Duration;

/**
 * How many connections may go at each step of a {@link Drain}. Time in which the process was held up is not made up for at once: that
 * would be the herd that a drain is there to avoid. What is left then goes faster, so that the end is kept. One thread.
 */
final class Pace {
    /** Longest time between two steps that counts. */
    private static final double LONGEST_STEP = 0.1;

    private final DrainConfig config;
    private final long startNanos;
    private long lastNanos;
    private double allowed;

    Pace(DrainConfig config, long startNanos) {
        this.config = config;
        this.startNanos = startNanos;
        this.lastNanos = startNanos;
    }

    /**
     * How many may go now.
     *
     * @param left connections that are still there
     */
    int due(int left, long nowNanos) {
        double step = Math.min(LONGEST_STEP, (nowNanos - lastNanos) / 1e9);
        lastNanos = nowNanos;
        allowed += step * config.rateFor(left, Duration.ofNanos(nowNanos - startNanos));
        int now = (int) allowed;
        allowed -= now;
        return now;
    }
}
