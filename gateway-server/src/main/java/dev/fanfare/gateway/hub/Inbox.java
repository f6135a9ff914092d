package dev.fanfare.gateway.hub;

import io.netty.channel.EventLoop;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What waits for one event loop, in order: the one door through which publications come. Any thread adds; the loop takes. The
 * loop is woken once, however many come until it looks.
 */
final class Inbox {
    private final EventLoop loop;
    private final Runnable work;
    private final Queue<Delivery> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger size = new AtomicInteger();
    private final AtomicBoolean woken = new AtomicBoolean();

    /** {@code work} empties this inbox; it ends each time with {@link #rest}. */
    Inbox(EventLoop loop, Runnable work) {
        this.loop = loop;
        this.work = work;
    }

    void add(Delivery delivery) {
        size.incrementAndGet();
        waiting.add(delivery);
        wake();
    }

    @Nullable
    Delivery take() {
        Delivery next = waiting.poll();
        if (next != null) {
            size.decrementAndGet();
        }
        return next;
    }

    /** The loop found nothing more; if something came in this very moment, it is woken again. */
    void rest() {
        woken.set(false);
        if (!waiting.isEmpty()) {
            wake();
        }
    }

    /** Publications that wait. */
    int size() {
        return size.get();
    }

    private void wake() {
        if (woken.compareAndSet(false, true)) {
            try {
                loop.execute(work);
            } catch (RejectedExecutionException loopHasEnded) {
                woken.set(false);
                for (Delivery lost = take(); lost != null; lost = take()) {
                    lost.end();
                }
            }
        }
    }
}
