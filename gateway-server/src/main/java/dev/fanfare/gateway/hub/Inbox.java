package dev.fanfare.gateway.hub;

import io.netty.channel.EventLoop;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What waits for one event loop, in order: the one door through which the engine's publications and answers come. That both take
 * the same door is what makes their order exact. Any thread adds; the loop takes. The loop is woken once, however much comes until
 * it looks.
 */
final class Inbox {
    private final EventLoop loop;
    private final Runnable work;
    private final Queue<Item> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger size = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicBoolean woken = new AtomicBoolean();

    /** Something for the loop to do. */
    interface Item {
        /** Bytes of data it makes wait. Any thread. */
        int bytes();

        /** Does it, or begins to; returns for how many connections' worth of work that was. Event loop. */
        int begin(FanOut fanOut);

        /** The loop has ended and will not do it. Any thread. */
        void lost();
    }

    /** {@code work} empties this inbox; it ends each time with {@link #rest}. */
    Inbox(EventLoop loop, Runnable work) {
        this.loop = loop;
        this.work = work;
    }

    void add(Item item) {
        size.incrementAndGet();
        bytes.addAndGet(item.bytes());
        waiting.add(item);
        wake();
    }

    @Nullable
    Item take() {
        Item next = waiting.poll();
        if (next != null) {
            size.decrementAndGet();
            bytes.addAndGet(-next.bytes());
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

    /** Items that wait. */
    int size() {
        return size.get();
    }

    /** Bytes of data of the items that wait. */
    long bytes() {
        return bytes.get();
    }

    private void wake() {
        if (woken.compareAndSet(false, true)) {
            try {
                loop.execute(work);
            } catch (RejectedExecutionException loopHasEnded) {
                woken.set(false);
                for (Item lost = take(); lost != null; lost = take()) {
                    lost.lost();
                }
            }
        }
    }
}
