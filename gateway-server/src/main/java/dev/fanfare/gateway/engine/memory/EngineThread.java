package dev.fanfare.gateway.engine.memory;

import dev.fanfare.gateway.engine.EngineException;
import dev.fanfare.gateway.log.CalmLog;
import io.netty.util.concurrent.DefaultEventExecutor;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * The one thread that owns everything in memory, and the bounds of what may wait for it. Everything is done in the order in
 * which it came. Publications and questions have a bound of their own, so that a flood of one does not shut out the other.
 * Thread: any.
 */
public final class EngineThread implements AutoCloseable {
    private static final CalmLog log = new CalmLog(LoggerFactory.getLogger(EngineThread.class));
    /** Tasks between two looks at what is due by time. */
    private static final int SLICE = 256;

    private final DefaultEventExecutor executor = new DefaultEventExecutor(new DefaultThreadFactory("engine", true));
    private final Queue<Task<?>> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean woken = new AtomicBoolean();
    private final Bound publications;
    private final Bound questions;
    /** Who came and went; see {@link #hasRoom}. */
    private final Bound changes;

    private volatile boolean ended;

    private record Task<T>(Callable<T> work, CompletableFuture<T> answer, Bound bound, long size) {
        /** Does it; whatever happens, whoever asked is answered. */
        void run() {
            bound.leave(size);
            try {
                answer.complete(work.call());
            } catch (Throwable failed) { // it is the answer
                answer.completeExceptionally(failed);
            }
        }

        void refuse() {
            bound.leave(size);
            answer.completeExceptionally(
                    new EngineException(EngineException.Reason.UNAVAILABLE, "the gateway is shutting down"));
        }
    }

    public EngineThread(MemoryConfig config) {
        publications = new Bound(config.maxWaiting(), config.maxWaitingBytes());
        questions = new Bound(config.maxWaiting(), Long.MAX_VALUE);
        changes = new Bound(config.maxWaiting(), Long.MAX_VALUE);
    }

    /** Does {@code work}, which publishes {@code size} bytes; fails at once when too much of that waits. */
    <T> CompletableFuture<T> publish(long size, Callable<T> work) {
        return ask(publications, size, work);
    }

    /** Does {@code work} and completes with what it returns; fails at once when too many questions wait. */
    <T> CompletableFuture<T> ask(Callable<T> work) {
        return ask(questions, 0, work);
    }

    /** As {@link #ask(Callable)}; {@code reader} is called on this thread as soon as the work is done, before anything else. */
    <T> void ask(Callable<T> work, BiConsumer<@Nullable T, @Nullable Throwable> reader) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        answer.whenComplete(
                reader); // before anybody can complete it: who registers later is called on a thread of its own
        ask(questions, 0, work, answer);
    }

    /** Does {@code work}, however much waits: for what must not be lost. A failure goes to the log. */
    void run(Runnable work) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        changes.add(0);
        add(new Task<>(
                () -> {
                    work.run();
                    return true;
                },
                done,
                changes,
                0));
        done.whenComplete((result, failure) -> {
            if (failure != null && !(failure instanceof EngineException)) {
                log.say(to -> to.error("the engine failed", failure));
            }
        });
    }

    /**
     * Whether newcomers should be let in. What {@link #run} takes is not refused, because a subscriber that went and is not
     * forgotten would stay for ever; its bound is that nobody comes while too much waits, and only who came can go.
     */
    boolean hasRoom() {
        return !changes.isFull();
    }

    /** Does {@code work} every second; a failure goes to the log and does not keep it from being done again. */
    void everySecond(Runnable work) {
        executor.scheduleWithFixedDelay(
                () -> {
                    try {
                        work.run();
                    } catch (Throwable failed) { // or it would never be done again
                        log.say(to -> to.error("the engine failed", failed));
                    }
                },
                1,
                1,
                TimeUnit.SECONDS);
    }

    /** What waits, of all sorts. */
    public int waiting() {
        return publications.waiting() + questions.waiting() + changes.waiting();
    }

    /** Ends; what waits is done if it takes less than a second, and else fails. */
    @Override
    public void close() {
        executor.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
        ended = true;
        refuseAll();
    }

    private <T> CompletableFuture<T> ask(Bound bound, long size, Callable<T> work) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        ask(bound, size, work, answer);
        return answer;
    }

    private <T> void ask(Bound bound, long size, Callable<T> work, CompletableFuture<T> answer) {
        if (bound.enter(size)) {
            add(new Task<>(work, answer, bound, size));
        } else {
            answer.completeExceptionally(new EngineException(
                    EngineException.Reason.BUSY, "the engine has more to do than it can; try again later"));
        }
    }

    private void add(Task<?> task) {
        tasks.add(task);
        if (ended) {
            refuseAll();
        } else {
            wake();
        }
    }

    private void wake() {
        if (woken.compareAndSet(false, true)) {
            execute();
        }
    }

    private void execute() {
        try {
            executor.execute(this::work);
        } catch (RejectedExecutionException shuttingDown) {
            refuseAll();
        }
    }

    private void work() {
        for (int i = 0; i < SLICE; i++) {
            Task<?> next = tasks.poll();
            if (next == null) {
                woken.set(false);
                if (!tasks.isEmpty()) {
                    wake();
                }
                return;
            }
            next.run();
        }
        execute();
    }

    private void refuseAll() {
        for (Task<?> left = tasks.poll(); left != null; left = tasks.poll()) {
            left.refuse();
        }
    }
}
