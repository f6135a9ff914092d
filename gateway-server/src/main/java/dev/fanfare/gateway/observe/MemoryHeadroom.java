package dev.fanfare.gateway.observe;

import dev.fanfare.gateway.metrics.JvmMemory;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/**
 * Whether memory is short: the share of the heap that survived the last collection, or of direct memory. Renewed by
 * {@link #run}, on a background thread; read by any.
 *
 * <p>A quiet gateway allocates nothing, so the next collection, which would show that streams have gone, may never come.
 * Therefore memory counts as short only while about as many streams are open as when it became so.
 */
public final class MemoryHeadroom implements BooleanSupplier, Runnable {
    private static final double STILL_AS_MANY = 0.95;
    private static final int NEVER = Integer.MAX_VALUE;

    private final JvmMemory memory;
    private final IntSupplier streams;
    private final long heapBound;
    private final long directBound;
    private int streamsWhenShort = NEVER; // background thread only
    private volatile boolean tight;

    /**
     * @param percent of heap and of direct memory that may be in use
     * @param streams how many are open
     */
    public MemoryHeadroom(int percent, JvmMemory memory, IntSupplier streams) {
        this.memory = memory;
        this.streams = streams;
        this.heapBound = JvmMemory.heapMax() / 100 * percent;
        this.directBound = JvmMemory.directMax() / 100 * percent;
    }

    @Override
    public boolean getAsBoolean() {
        return tight;
    }

    @Override
    public void run() {
        boolean isShort = memory.heapLive() > heapBound || memory.directUsed() > directBound;
        int open = streams.getAsInt();
        if (!isShort) {
            streamsWhenShort = NEVER;
        } else if (streamsWhenShort == NEVER) {
            streamsWhenShort = open;
        }
        tight = isShort && open >= streamsWhenShort * STILL_AS_MANY;
    }
}
