package dev.fanfare.gateway.engine.memory;

import dev.fanfare.gateway.engine.EngineException;
import io.netty.util.concurrent.DefaultEventExecutor;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The one thread that owns everything in memory, and the bound of what may wait for it. Thread: any. */
public final class EngineThread implements AutoCloseable {
    private final DefaultEventExecutor executor = new DefaultEventExecutor(new DefaultThreadFactory("engine", true));
    private final AtomicInteger waiting = new AtomicInteger();
    private final int maxWaiting;

    public EngineThread(int maxWaiting) {
        this.maxWaiting = maxWaiting;
    }

    /** Does {@code work} and completes with what it returns; fails at once when too much waits. */
    <T> CompletableFuture<T> ask(Callable<T> work) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        if (waiting.incrementAndGet() > maxWaiting) {
            waiting.decrementAndGet();
            answer.completeExceptionally(new EngineException(
                    EngineException.Reason.BUSY, "the engine has more to do than it can; try again later"));
            return answer;
        }
        try {
            executor.execute(() -> {
                waiting.decrementAndGet();
                complete(answer, work);
            });
        } catch (RejectedExecutionException ended) {
            answer.completeExceptionally(
                    new EngineException(EngineException.Reason.UNAVAILABLE, "the gateway is shutting down"));
        }
        return answer;
    }

    /** Does {@code work}, however much waits: for what must not be lost. */
    void run(Runnable work) {
        try {
            executor.execute(work);
        } catch (RejectedExecutionException ended) { // then nobody asks for its outcome either
            waiting.get();
        }
    }

    void everySecond(Runnable work) {
        executor.scheduleWithFixedDelay(work, 1, 1, TimeUnit.SECONDS);
    }

    /** Requests that wait. */
    public int waiting() {
        return waiting.get();
    }

    @Override
    public void close() {
        executor.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
    }

    private static <T> void complete(CompletableFuture<T> answer, Callable<T> work) {
        try {
            answer.complete(work.call());
        } catch (Exception failed) { // it is the answer
            answer.completeExceptionally(failed);
        }
    }
}
