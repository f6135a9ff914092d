package dev.fanfare.load.scenario;

import dev.fanfare.load.connect.Collected;
import dev.fanfare.load.stats.Interval;
import dev.fanfare.load.stats.Percentiles;
import dev.fanfare.load.stats.Phase;
import dev.fanfare.load.stats.RunResult;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One run: ramp, measured window, end. It is the only clock: crews report when asked, all for the same span, so their counts add
 * up point by point. {@link #run(Map)} is for one thread; {@link #stop(String)} may come from any.
 */
public final class LoadRun {
    private static final int RAMP_POLL_MILLIS = 250;
    private static final int POINT_MILLIS = 1000;
    private static final int CREW_SECONDS = 60;

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
     * @param settings what the report shows as the settings of the run
     * @throws RunFailed when a crew was lost
     */
    public RunResult run(Map<String, String> settings) throws RunFailed {
        crews.forEach(Crew::start);
        ramp();
        long rampMillis = elapsed();
        timeline.cut(rampMillis, Phase.RAMP);
        Percentiles opening = Percentiles.of(timeline.total().connect());
        long windowMillis = 0;
        if (interrupted == null) {
            listener.rampOver(rampMillis, timeline.total());
            measure(rampMillis);
            windowMillis = elapsed() - rampMillis;
        }
        for (Interval last : join(crews.stream().map(Crew::stop).toList())) {
            timeline.add(last, Phase.CLOSE);
        }
        return new RunResult(
                startedAt,
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

    private void measure(long from) throws RunFailed {
        long end = from + plan.durationMillis();
        long next = from;
        while (next < end && interrupted == null && !noneLeft()) {
            next = Math.min(end, next + POINT_MILLIS);
            sleepUntil(next);
            collect(Phase.MEASURE);
            listener.sample(timeline.cut(elapsed(), Phase.MEASURE), timeline.total());
        }
        if (interrupted == null) {
            noneLeft();
        }
    }

    /** Whether all connections have ended and none is to come: the run stops, for there is nothing left to measure. */
    private boolean noneLeft() {
        if (timeline.total().open() == 0 && !plan.connect().reconnect()) {
            deserted = true;
            stop("no connection was left");
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
