package dev.fanfare.load.stats;

import org.HdrHistogram.Histogram;

/**
 * The percentiles reports show, in milliseconds. All 0 when nothing was recorded. Immutable.
 *
 * @param count values recorded
 */
public record Percentiles(long count, long p50, long p90, long p99, long p999, long max) {
    /** Reads them off a histogram of milliseconds. */
    public static Percentiles of(Histogram histogram) {
        return new Percentiles(
                histogram.getTotalCount(),
                histogram.getValueAtPercentile(50),
                histogram.getValueAtPercentile(90),
                histogram.getValueAtPercentile(99),
                histogram.getValueAtPercentile(99.9),
                histogram.getMaxValue());
    }
}
