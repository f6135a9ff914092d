package dev.fanfare.gateway.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.fanfare.gateway.Frugal;
import java.util.List;

/** What strangers offer; what they send when it was accepted is {@code WebSocketFuzz}'s. */
class CompressionFuzz {
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
}
