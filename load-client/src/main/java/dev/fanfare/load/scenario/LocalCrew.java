package dev.fanfare.load.scenario;

import dev.fanfare.load.connect.ClientLoops;
import dev.fanfare.load.connect.Collected;
import dev.fanfare.load.connect.Ends;
import dev.fanfare.load.connect.Order;
import dev.fanfare.load.stats.Interval;
import java.util.concurrent.CompletableFuture;

/** A crew in this process. */
public final class LocalCrew implements Crew {
    private final ClientLoops loops;

    /**
     * @param first index of its first connection in the whole run
     * @param count how many it has
     */
    public LocalCrew(LoadPlan plan, int first, int count) {
        loops = new ClientLoops(plan.connect(), first, count, plan.loops());
    }

    @Override
    public void start() {
        loops.start();
    }

    @Override
    public void obey(Order order) {
        loops.obey(order);
    }

    @Override
    public void expect(Ends ends) {
        loops.expect(ends);
    }

    @Override
    public CompletableFuture<Collected> collect() {
        return loops.collect();
    }

    @Override
    public CompletableFuture<Interval> stop() {
        return loops.stop();
    }

    @Override
    public void close() {
        loops.close();
    }
}
