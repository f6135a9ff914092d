package dev.fanfare.gateway.observe;

import com.sun.management.HotSpotDiagnosticMXBean;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

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

    private final List<MemoryPoolMXBean> collected;
    private final LongSupplier directBuffers;
    private final IntSupplier streams;
    private final long heapBound;
    private final long directBound;
    private int streamsWhenShort = NEVER; // background thread only
    private volatile boolean tight;

    /**
     * @param percent of heap and of direct memory that may be in use
     * @param streams how many are open
     */
    public MemoryHeadroom(int percent, IntSupplier streams) {
        this.streams = streams;
        this.collected = ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP && pool.getCollectionUsage() != null)
                .toList();
        this.directBuffers = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .findFirst()
                .<LongSupplier>map(pool -> pool::getMemoryUsed)
                .orElse(() -> 0);
        this.heapBound = Runtime.getRuntime().maxMemory() / 100 * percent;
        this.directBound = maxDirect() / 100 * percent;
    }

    /** Bytes of direct memory this JVM allows. */
    public static long maxDirect() {
        HotSpotDiagnosticMXBean hotSpot = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        long set = hotSpot == null
                ? 0
                : Long.parseLong(hotSpot.getVMOption("MaxDirectMemorySize").getValue());
        return set == 0 ? Runtime.getRuntime().maxMemory() : set;
    }

    @Override
    public boolean getAsBoolean() {
        return tight;
    }

    @Override
    public void run() {
        boolean isShort = afterCollection() > heapBound || direct() > directBound;
        int open = streams.getAsInt();
        if (!isShort) {
            streamsWhenShort = NEVER;
        } else if (streamsWhenShort == NEVER) {
            streamsWhenShort = open;
        }
        tight = isShort && open >= streamsWhenShort * STILL_AS_MANY;
    }

    /** From JDK 25 on Netty takes direct memory past the JDK, whose pool then does not see it: ask both. */
    private long direct() {
        return Math.max(
                directBuffers.getAsLong(), used(ByteBufAllocator.DEFAULT) + used(UnpooledByteBufAllocator.DEFAULT));
    }

    private static long used(ByteBufAllocator allocator) {
        return allocator instanceof ByteBufAllocatorMetricProvider provider
                ? provider.metric().usedDirectMemory()
                : 0;
    }

    private long afterCollection() {
        long sum = 0;
        for (MemoryPoolMXBean pool : collected) {
            MemoryUsage usage = pool.getCollectionUsage();
            sum += usage == null ? 0 : usage.getUsed();
        }
        return sum;
    }
}
