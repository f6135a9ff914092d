package dev.fanfare.load.stats;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A whole run, all processes merged: what every report is written from.
 *
 * @param startedAt epoch milliseconds
 * @param scenario what kind of run it was, by the name of the command line
 * @param settings option name to value as it took effect, in the order of {@code --help}
 * @param samples the time series: about one a second
 * @param total everything from the first try until the connections were closed
 * @param window the measured window only
 * @param windowMillis how long the window was
 * @param rampMillis from the start until the last first try had succeeded or failed
 * @param opening milliseconds each stream took to open that was opened in the ramp
 * @param processes worker processes, 0 when the run took place in this one
 * @param interrupted why it stopped before its time, null when it did not
 * @param deserted whether it ended, or ran out, with no connection left and none to come
 */
public record RunResult(
        long startedAt,
        String scenario,
        Map<String, String> settings,
        List<Sample> samples,
        Interval total,
        Interval window,
        long windowMillis,
        long rampMillis,
        Percentiles opening,
        int processes,
        @Nullable String interrupted,
        boolean deserted) {

    /** Whether this client published to channels. */
    public boolean publishes() {
        return !scenario.equals("broadcast");
    }

    /**
     * How often something went wrong in the whole run. In a broadcast the slow connections are left out, for they may be skipped; in
     * channels the same is promised to them.
     */
    public long faults(Counter counter) {
        return publishes() ? total.total(counter) : total.healthy().get(counter);
    }

    /** Messages of healthy connections per second of the window, 0 when there was none. */
    public double messagesPerSecond() {
        return windowMillis == 0 ? 0 : window.healthy().messages() * 1000.0 / windowMillis;
    }

    /** CPU time of this program per message received in the window, both groups, in microseconds. */
    public double cpuMicrosPerMessage() {
        long messages = window.healthy().messages() + window.slow().messages();
        return messages == 0 ? 0 : window.cpuNanos() / 1000.0 / messages;
    }
}
