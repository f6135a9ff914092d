package dev.fanfare.load.scenario;

import dev.fanfare.load.stats.Interval;
import dev.fanfare.load.stats.Sample;

/** Watches a run. Called by the thread that runs it; {@code total} is everything since the start, to be read only. */
public interface RunListener {
    /** The ramp goes on: {@code settled} of {@code connections} first tries are over. About four times a second. */
    void ramping(int settled, int connections, Interval total);

    /** The ramp is over after {@code millis}; the measured window begins. */
    void rampOver(long millis, Interval total);

    /** Another point of the time series, about once a second, ramp included. */
    void sample(Sample sample, Interval total);
}
