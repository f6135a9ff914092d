package dev.fanfare.gateway.engine.memory;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** How much of one sort may wait for the engine's thread, in requests and in bytes. Thread: any. */
final class Bound {
    private final int most;
    private final long mostBytes;
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();

    Bound(int most, long mostBytes) {
        this.most = most;
        this.mostBytes = mostBytes;
    }

    /** Takes in a request of {@code size} bytes; false if too much waits. What comes when nothing waits is never too large. */
    boolean enter(long size) {
        if (bytes.get() > mostBytes || waiting.get() >= most) {
            return false;
        }
        add(size);
        return true;
    }

    /** Takes in what must not be refused. */
    void add(long size) {
        waiting.incrementAndGet();
        bytes.addAndGet(size);
    }

    void leave(long size) {
        waiting.decrementAndGet();
        bytes.addAndGet(-size);
    }

    int waiting() {
        return waiting.get();
    }

    boolean isFull() {
        return waiting.get() >= most;
    }
}
