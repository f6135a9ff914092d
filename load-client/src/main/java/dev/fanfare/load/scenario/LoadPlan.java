package dev.fanfare.load.scenario;

import dev.fanfare.load.connect.ConnectPlan;
import java.util.List;

/**
 * A run as asked for. Immutable; only plain values, so that it travels between processes as JSON.
 *
 * @param connect what to connect, and how
 * @param durationMillis the measured window, counted from the end of the ramp
 * @param loops event loops per process
 * @param processes worker processes, 0 to do it in this one
 * @param steps what happens in the window, by time
 * @param settleMillis how long subscribers may take, after the last publication, to have everything
 */
public record LoadPlan(
        ConnectPlan connect,
        long durationMillis,
        int loops,
        int processes,
        List<Scenario.Step> steps,
        long settleMillis) {

    public LoadPlan {
        steps = List.copyOf(steps);
    }

    /** A broadcast, in which nothing happens by our doing. */
    public static LoadPlan broadcast(ConnectPlan connect, long durationMillis, int loops, int processes) {
        return new LoadPlan(connect, durationMillis, loops, processes, List.of(), 0);
    }
}
