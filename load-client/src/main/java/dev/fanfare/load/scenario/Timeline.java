package dev.fanfare.load.scenario;

import dev.fanfare.load.stats.Interval;
import dev.fanfare.load.stats.Percentiles;
import dev.fanfare.load.stats.Phase;
import dev.fanfare.load.stats.Sample;
import dev.fanfare.load.stats.Tally;
import dev.fanfare.load.stats.Transport;
import java.util.ArrayList;
import java.util.List;

/**
 * Adds what was collected to the totals and cuts it into points of about a second. A point never spans two phases, so the points
 * of a phase add up to it. The run's thread only.
 */
final class Timeline {
    private final Interval total = new Interval();
    private final Interval window = new Interval();
    private final List<Sample> samples = new ArrayList<>();
    private Interval current = new Interval();
    private long currentStart;

    /** Adds what was collected in {@code phase}. */
    void add(Interval collected, Phase phase) {
        total.add(collected);
        current.add(collected);
        if (phase == Phase.MEASURE) {
            window.add(collected);
        }
    }

    /** Milliseconds of the run that the point under way spans at {@code nowMillis}. */
    long span(long nowMillis) {
        return nowMillis - currentStart;
    }

    /** Ends the point under way at {@code nowMillis} of the run. */
    Sample cut(long nowMillis, Phase phase) {
        Sample sample = new Sample(
                currentStart,
                nowMillis - currentStart,
                phase,
                current.healthy(),
                current.slow(),
                Percentiles.of(current.latency()),
                new Sample.Open(open(Transport.SSE), open(Transport.WEBSOCKET)));
        samples.add(sample);
        current = new Interval();
        currentStart = nowMillis;
        return sample;
    }

    private long open(Transport transport) {
        Tally healthy = total.healthy();
        return healthy.open(transport) + total.slow().open(transport);
    }

    Interval total() {
        return total;
    }

    Interval window() {
        return window;
    }

    List<Sample> samples() {
        return List.copyOf(samples);
    }
}
