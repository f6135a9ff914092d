package dev.fanfare.load.scenario;

import dev.fanfare.load.connect.Collected;
import dev.fanfare.load.connect.Ends;
import dev.fanfare.load.connect.Order;
import dev.fanfare.load.stats.Counter;
import dev.fanfare.load.stats.Interval;
import dev.fanfare.load.stats.Percentiles;
import dev.fanfare.load.stats.Phase;
import dev.fanfare.load.stats.RunResult;
import dev.fanfare.load.stats.Tally;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One run: ramp, measured window, time to settle, end. It is the only clock: crews report when asked, all for the same span, so their counts add
 * up point by point. {@link #run(String, Map)} is for one thread; {@link #stop(String)} may come from any.
 */
public final class LoadRun {
    private static final int RAMP_POLL_MILLIS = 250;
    private static final int POINT_MILLIS = 1000;
    private static final int SETTLE_POLL_MILLIS = 100;
    private static final int CREW_SECONDS = 60;

    /** From the last handshake until publishing begins: subscriptions become live a moment after the response head. */
    private static final int SUBSCRIBE_MILLIS = 1000;

    private final LoadPlan plan;
    private final List<Crew> crews;
    private final RunListener listener;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Timeline timeline = new Timeline();
    private final CpuLap cpu = new CpuLap();
    private final long startedAt = System.currentTimeMillis();
    private final long startNanos = System.nanoTime();
    private boolean deserted;
    private volatile @Nullable String interrupted;

    public LoadRun(LoadPlan plan, List<Crew> crews, RunListener listener) {
        this.plan = plan;
        this.crews = List.copyOf(crews);
        this.listener = listener;
    }

    /** Ends the run before its time; the result says {@code why}. Any thread. */
    public void stop(String why) {
        if (interrupted == null) {
            interrupted = why;
        }
        stopped.countDown();
    }

    /**
     * Runs to the end.
     *
     * @param scenario its name in reports
     * @param settings what the report shows as the settings of the run
     * @throws RunFailed when a crew was lost
     */
    public RunResult run(String scenario, Map<String, String> settings) throws RunFailed {
        crews.forEach(Crew::start);
        ramp();
        long rampMillis = elapsed();
        arm();
        long begin = elapsed();
        timeline.cut(begin, Phase.RAMP);
        Percentiles opening = Percentiles.of(timeline.total().connect());
        long windowMillis = 0;
        if (interrupted == null) {
            listener.rampOver(begin, timeline.total());
            measure(begin);
            windowMillis = elapsed() - begin;
            settle();
        }
        for (Interval last : join(crews.stream().map(Crew::stop).toList())) {
            timeline.add(last, Phase.CLOSE);
        }
        return new RunResult(
                startedAt,
                scenario,
                settings,
                timeline.samples(),
                timeline.total(),
                timeline.window(),
                windowMillis,
                rampMillis,
                opening,
                plan.processes(),
                interrupted,
                deserted);
    }

    private void ramp() throws RunFailed {
        boolean ramped = false;
        while (!ramped && !sleepUntil(elapsed() + RAMP_POLL_MILLIS)) {
            Collected collected = collect(Phase.RAMP);
            ramped = collected.ramped();
            listener.ramping(collected.settled(), plan.connect().connections(), timeline.total());
            if (!ramped && timeline.span(elapsed()) >= POINT_MILLIS) {
                listener.sample(timeline.cut(elapsed(), Phase.RAMP), timeline.total());
            }
        }
    }

    /** Publishing begins only now: so everybody who is connected must receive everything, from the first publication on. */
    private void arm() throws RunFailed {
        if (publishes() && !sleepUntil(elapsed() + SUBSCRIBE_MILLIS)) {
            obey(Order.ARM);
            collect(Phase.RAMP);
            obey(Order.PUBLISH);
        }
    }

    private void measure(long from) throws RunFailed {
        long end = from + plan.durationMillis();
        long next = from;
        Deque<Scenario.Step> steps = new ArrayDeque<>(plan.steps());
        while (next < end && interrupted == null && !noneLeft()) {
            next = Math.min(end, next + POINT_MILLIS);
            while (!steps.isEmpty() && from + steps.peek().atMillis() <= next) {
                Scenario.Step step = steps.remove();
                if (!sleepUntil(from + step.atMillis())) {
                    obey(step.order());
                }
            }
            sleepUntil(next);
            collect(Phase.MEASURE);
            listener.sample(timeline.cut(elapsed(), Phase.MEASURE), timeline.total());
        }
        if (interrupted == null) {
            noneLeft();
        }
    }

    /** Publishing ends; subscribers get time to have everything, and are told what that is. */
    private void settle() throws RunFailed {
        if (!publishes() || interrupted != null) {
            return;
        }
        obey(Order.QUIET);
        Ends ends = null;
        long giveUp = elapsed() + plan.connect().connectTimeoutMillis() + plan.settleMillis();
        while (ends == null && elapsed() < giveUp && !sleepUntil(elapsed() + SETTLE_POLL_MILLIS)) {
            ends = collect(Phase.SETTLE).ends();
        }
        if (ends != null) {
            Ends known = ends;
            crews.forEach(crew -> crew.expect(known));
            long end = elapsed() + plan.settleMillis();
            while (collect(Phase.SETTLE).behind() > 0
                    && elapsed() < end
                    && !sleepUntil(elapsed() + SETTLE_POLL_MILLIS)) {
                if (timeline.span(elapsed()) >= POINT_MILLIS) {
                    listener.sample(timeline.cut(elapsed(), Phase.SETTLE), timeline.total());
                }
            }
        }
        listener.sample(timeline.cut(elapsed(), Phase.SETTLE), timeline.total());
    }

    private boolean publishes() {
        return plan.connect().channels() != null && interrupted == null;
    }

    private void obey(Order order) {
        crews.forEach(crew -> crew.obey(order));
    }

    /** Whether all connections have ended and none is to come: the run stops, for there is nothing left to measure. */
    private boolean noneLeft() {
        if (timeline.total().open() == 0 && !plan.connect().reconnect()) {
            deserted = true;
            stop("no connection was left");
        }
        Tally healthy = timeline.total().healthy();
        if (publishes() && healthy.get(Counter.PUBLISHED) == 0 && healthy.get(Counter.PUBLISH_ERRORS) > 0) {
            stop("publishing was refused");
        }
        return deserted;
    }

    private Collected collect(Phase phase) throws RunFailed {
        Collected sum = Collected.merge(join(crews.stream().map(Crew::collect).toList()));
        sum.interval().addCpu(cpu.nanos());
        timeline.add(sum.interval(), phase);
        return sum;
    }

    /** Waits until that many milliseconds of the run have passed; true at once when the run is to stop. */
    private boolean sleepUntil(long millis) {
        try {
            return stopped.await(Math.max(0, millis - elapsed()), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stop("interrupted");
            return true;
        }
    }

    private long elapsed() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
    }

    private static <T> List<T> join(List<CompletableFuture<T>> parts) throws RunFailed {
        try {
            CompletableFuture.allOf(parts.toArray(new CompletableFuture<?>[0])).get(CREW_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new RunFailed(String.valueOf(cause.getMessage()), cause);
        } catch (TimeoutException e) {
            throw new RunFailed("a worker did not answer within " + CREW_SECONDS + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RunFailed("interrupted", e);
        }
        return parts.stream().map(CompletableFuture::join).toList();
    }
}
