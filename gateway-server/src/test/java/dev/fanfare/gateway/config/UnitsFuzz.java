package dev.fanfare.gateway.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.math.BigInteger;
import java.time.Duration;

/** Durations and sizes as people write them. */
class UnitsFuzz {
    @FuzzTest(maxDuration = "1m")
    void units(byte[] input) {
        String text = new String(input, UTF_8);
        try {
            Duration time = Units.duration(text);
            assertThat(time).isGreaterThanOrEqualTo(Duration.ZERO);
        } catch (IllegalArgumentException refused) {
            assertThat(refused).hasMessageContaining("whole number");
        }
        try {
            long bytes = Units.bytes(text);
            String digits = text.trim().replaceAll("(?s)\\D.*", "");
            BigInteger factor = BigInteger.valueOf(bytes).divide(new BigInteger(digits).max(BigInteger.ONE));
            assertThat(factor.bitCount()).as("a power of two, or nothing of it").isLessThanOrEqualTo(1);
            assertThat(bytes).isNotNegative();
        } catch (IllegalArgumentException refused) {
            assertThat(refused).hasMessageContaining("whole number");
        }
    }
}
