package dev.fanfare.load.connect;

import dev.fanfare.load.stats.Interval;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What some event loops report at once.
 *
 * @param interval what happened since they were last asked
 * @param ramped whether every first try has succeeded or failed
 * @param settled how many first tries have
 * @param behind subscribers that do not have everything yet, once it was said what everything is
 * @param ends what was published last, once publishing has ended and all answers are here; null before, and where nobody publishes
 */
public record Collected(
        Interval interval,
        boolean ramped,
        int settled,
        int behind,
        @Nullable Ends ends) {
    /** What all of them report together. */
    public static Collected merge(List<Collected> parts) {
        Interval sum = new Interval();
        boolean ramped = true;
        int settled = 0;
        int behind = 0;
        Ends ends = null;
        for (Collected part : parts) {
            sum.add(part.interval());
            ramped &= part.ramped();
            settled += part.settled();
            behind += part.behind();
            ends = part.ends() == null ? ends : part.ends();
        }
        return new Collected(sum, ramped, settled, behind, ends);
    }
}
