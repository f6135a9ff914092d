package dev.fanfare.gateway.api;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;

/** Keeps long work away from the threads that publish and deliver: whoever completes a stage would do it else. Any thread. */
final class Background {
    /** Outcomes of publications that are written in some microseconds. */
    private static final int SHORT = 256;

    private final Executor executor;

    Background(Executor executor) {
        this.executor = executor;
    }

    /** What {@code work} makes of what {@code stage} brings; {@code size} says in how many parts that comes. */
    <T, R> CompletionStage<R> apply(CompletionStage<T> stage, int size, Function<T, R> work) {
        return size <= SHORT ? stage.thenApply(work) : stage.thenApplyAsync(work, this::execute);
    }

    /** Does {@code task} even when too much waits: it tells of something that was done, so the call must not fail any more. */
    private void execute(Runnable task) {
        try {
            executor.execute(task);
        } catch (RejectedExecutionException full) {
            task.run();
        }
    }
}
