package dev.fanfare.gateway.engine.memory;

import java.util.concurrent.atomic.AtomicLong;

/** What the memory engine tells about itself. Written by the engine's thread, read by any. */
public final class Counts {
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong channels = new AtomicLong();
    private final AtomicLong evicted = new AtomicLong();
    private final AtomicLong keysEvicted = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();

    /** Bytes of all retained publications and idempotency keys. */
    public long bytes() {
        return bytes.get();
    }

    /** Channels that somebody wants or that keep something. */
    public long channels() {
        return channels.get();
    }

    /** Publications that were forgotten before their time, because all together were too large. */
    public long evicted() {
        return evicted.get();
    }

    /** Idempotency keys that were forgotten before their time. */
    public long keysEvicted() {
        return keysEvicted.get();
    }

    /** Times a new channel was refused, because there were as many as there may be. */
    public long refused() {
        return refused.get();
    }

    void bytes(long now) {
        bytes.lazySet(now);
    }

    void channels(long now) {
        channels.lazySet(now);
    }

    void evictedOne() {
        evicted.lazySet(evicted.get() + 1); // one writer
    }

    void keysEvicted(long now) {
        keysEvicted.lazySet(now);
    }

    void refusedOne() {
        refused.lazySet(refused.get() + 1);
    }
}
