package dev.fanfare.gateway.observe;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Whether memory is short: the share of the heap that survived the last collection, or of direct memory. Looked up by
 * {@link #run}, on a background thread; read by any.
 */
public final class MemoryHeadroom implements BooleanSupplier, Runnable {
    private final List<MemoryPoolMXBean> collected;
    private final LongSupplier directUsed;
    private final long heapBound;
    private final long directBound;
    private volatile boolean tight;

    /**
     * @param percent of heap and of direct memory that may be in use
     */
    public MemoryHeadroom(int percent) {
        this.collected = ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP && pool.getCollectionUsage() != null)
                .toList();
        this.directUsed = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
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
        tight = afterCollection() > heapBound || directUsed.getAsLong() > directBound;
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
