package dev.fanfare.gateway.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.api.Test;

class JvmMemoryTest {
    private final JvmMemory memory = new JvmMemory();

    @Test
    void whatSurvivedACollectionIsMoreThanNothingAndLessThanTheLimit() {
        System.gc();

        assertThat(memory.heapLive()).isPositive().isLessThan(JvmMemory.heapMax());
        assertThat(JvmMemory.heapMax()).isEqualTo(Runtime.getRuntime().maxMemory());
    }

    @Test
    void directMemoryTakenByNettyIsSeenWhileItIsHeld() {
        int size = 64 << 20; // more than other tests of this JVM move meanwhile
        long before = memory.directUsed();
        ByteBuf buffer = UnpooledByteBufAllocator.DEFAULT.directBuffer(size);
        long held = memory.directUsed();
        buffer.release();

        assertThat(held).isGreaterThanOrEqualTo(before + size / 2);
        assertThat(memory.directUsed()).isLessThan(held);
        assertThat(JvmMemory.directMax()).isGreaterThan(size);
    }
}
