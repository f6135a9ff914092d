package dev.fanfare.gateway.metrics;

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
import java.util.function.LongSupplier;

/** The memory of this JVM that can run out: heap and direct. Any thread. */
public final class JvmMemory {
    private final List<MemoryPoolMXBean> collected;
    private final LongSupplier directBuffers;

    public JvmMemory() {
        this.collected = ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP && pool.getCollectionUsage() != null)
                .toList();
        this.directBuffers = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .findFirst()
                .<LongSupplier>map(pool -> pool::getMemoryUsed)
                .orElse(() -> 0);
    }

    /**
     * Bytes of heap in use after the last collection. What is in use just now would say little: it grows up to the limit
     * before a collector takes notice. A pool that was never collected counts as empty.
     */
    public long heapLive() {
        long sum = 0;
        for (MemoryPoolMXBean pool : collected) {
            MemoryUsage usage = pool.getCollectionUsage();
            sum += usage == null ? 0 : usage.getUsed();
        }
        return sum;
    }

    /** Bytes of heap this JVM allows. */
    public static long heapMax() {
        return Runtime.getRuntime().maxMemory();
    }

    /** Bytes of direct memory in use. From JDK 25 on Netty takes it past the JDK, whose pool then does not see it: ask both. */
    public long directUsed() {
        return Math.max(
                directBuffers.getAsLong(), used(ByteBufAllocator.DEFAULT) + used(UnpooledByteBufAllocator.DEFAULT));
    }

    /**
     * Bytes of direct memory this JVM allows. 0, the default of the flag, means as much as the heap. A JVM other than HotSpot has no
     * such flag and mostly the same rule.
     */
    public static long directMax() {
        long flag = 0;
        try {
            HotSpotDiagnosticMXBean hotSpot = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
            if (hotSpot != null) {
                flag = Long.parseLong(hotSpot.getVMOption("MaxDirectMemorySize").getValue());
            }
        } catch (IllegalArgumentException noSuchFlag) {
            flag = 0;
        }
        return flag > 0 ? flag : heapMax();
    }

    private static long used(ByteBufAllocator allocator) {
        return allocator instanceof ByteBufAllocatorMetricProvider provider
                ? provider.metric().usedDirectMemory()
                : 0;
    }
}
