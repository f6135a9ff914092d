package dev.fanfare.gateway.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.fanfare.gateway.Frugal;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.List;

/** What strangers offer, and what they send when it was accepted. */
class CompressionFuzz {
    private static final int MOST = 65_536;

    private final Inflation inflation = new Inflation(MOST, 100);

    /** The value of {@code Sec-WebSocket-Extensions}. */
    @FuzzTest(maxDuration = "1m")
    void offer(byte[] input) throws Exception {
        Frugal.within(64 * 1024 + 200L * input.length, () -> {
            String field = new String(input, ISO_8859_1);
            try {
                PermessageDeflate accepted = PermessageDeflate.accept(List.of(field));
                if (accepted != null) {
                    assertThat(accepted.windowBits()).isBetween(8, 15);
                    assertThat(field).contains("permessage-deflate");
                    PermessageDeflate again = PermessageDeflate.accept(List.of(accepted.answer()));
                    assertThat(again).as("we would take what we answer").isEqualTo(accepted);
                }
            } catch (IllegalArgumentException refused) {
                assertThat(refused).hasMessageContaining("malformed");
            }
        });
    }

    /** The payload of a compressed message. */
    @FuzzTest(maxDuration = "2m")
    void message(byte[] input) throws Exception {
        UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(false, true);
        Frugal.within(256 * 1024 + 4L * input.length, () -> {
            try {
                ByteBuf text = inflation.inflate(Unpooled.wrappedBuffer(input), memory);
                assertThat(text.readableBytes()).isBetween(0, Math.max(4096, Math.min(MOST, 100 * input.length)));
                text.release();
            } catch (Inflation.Refused refused) {
                assertThat(refused.problem()).isNotNull();
            }
        });
        assertThat(memory.metric().usedDirectMemory() + memory.metric().usedHeapMemory())
                .as("bytes of buffers that are left")
                .isZero();
    }
}
