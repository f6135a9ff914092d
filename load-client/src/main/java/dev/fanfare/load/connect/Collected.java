package dev.fanfare.load.connect;

import dev.fanfare.load.stats.Interval;
import java.util.List;

/**
 * What some event loops report at once.
 *
 * @param interval what happened since they were last asked
 * @param ramped whether every first try has succeeded or failed
 * @param settled how many first tries have
 */
public record Collected(Interval interval, boolean ramped, int settled) {
    /** What all of them report together. */
    public static Collected merge(List<Collected> parts) {
        Interval sum = new Interval();
        boolean ramped = true;
        int settled = 0;
        for (Collected part : parts) {
            sum.add(part.interval());
            ramped &= part.ramped();
            settled += part.settled();
        }
        return new Collected(sum, ramped, settled);
    }
}
