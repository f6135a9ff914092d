package dev.fanfare.load.report;

import dev.fanfare.load.stats.Counter;
import dev.fanfare.load.stats.Interval;
import dev.fanfare.load.stats.Percentiles;
import dev.fanfare.load.stats.Phase;
import dev.fanfare.load.stats.Sample;
import java.util.Locale;

/** A second of the run in one line. */
public final class LiveLine {
    private LiveLine() {}

    /** The line for {@code sample}; lost and corrupt are of the whole run so far. */
    public static String of(Sample sample, Interval total) {
        Percentiles latency = sample.latency();
        StringBuilder line = new StringBuilder(String.format(
                Locale.ROOT,
                "%6.1fs %-4s connected %,7d (sse %,d ws %,d)  %,9.0f msg/s",
                (sample.startMillis() + sample.durationMillis()) / 1000.0,
                sample.phase() == Phase.RAMP ? "ramp" : sample.phase() == Phase.SETTLE ? "end" : "",
                sample.open().all(),
                sample.open().sse(),
                sample.open().webSocket(),
                sample.messagesPerSecond()));
        line.append(
                latency.count() == 0
                        ? "  no messages"
                        : String.format(
                                Locale.ROOT, "  p50 %d p99 %d max %d ms", latency.p50(), latency.p99(), latency.max()));
        append(line, "published", sample.healthy().get(Counter.PUBLISHED));
        line.append(String.format(Locale.ROOT, "  lost %,d", total.healthy().get(Counter.LOST)));
        append(line, "duplicated", total.healthy().get(Counter.DUPLICATED));
        append(line, "out of order", total.healthy().get(Counter.OUT_OF_ORDER));
        append(line, "corrupt", total.healthy().get(Counter.CORRUPT));
        append(line, "gaps", total.total(Counter.GAPS));
        append(line, "dropped", total.total(Counter.DROPPED));
        append(line, "failed", total.total(Counter.FAILED));
        append(line, "closed", total.healthy().ended() + total.slow().ended());
        append(line, "reconnected", total.total(Counter.RECONNECTED));
        return line.toString();
    }

    private static void append(StringBuilder line, String what, long number) {
        if (number != 0) {
            line.append(String.format(Locale.ROOT, "  %s %,d", what, number));
        }
    }
}
