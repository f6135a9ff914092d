package dev.fanfare.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnitsTest {
    @ParameterizedTest
    @CsvSource({"0s,0", "1ms,1", "250ms,250", "15s,15000", "2m,120000", "3h,10800000", "' 10 s ',10000"})
    void aDurationIsAWholeNumberAndAUnit(String text, long millis) {
        assertThat(Units.duration(text)).hasMillis(millis);
    }

    @ParameterizedTest
    @CsvSource({"0B,0", "1B,1", "3KiB,3072", "2MiB,2097152", "5GiB,5368709120"})
    void aSizeIsAWholeNumberAndABinaryUnit(String text, long bytes) {
        assertThat(Units.bytes(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "s", "10", "1.5s", "-1s", "+1s", "1S", "1d", "1sec", "1s 2s", "1KiB", "1000000000000ms"})
    void anythingElseIsNoDurationAndTheMessageSaysWhatIs(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Units.duration(text))
                .withMessage(Units.DURATION_FORM);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "KiB", "64", "64kb", "64KB", "64kib", "1s", "-1B", "١B"})
    void anythingElseIsNoSizeAndTheMessageSaysWhatIs(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Units.bytes(text)).withMessage(Units.SIZE_FORM);
    }

    @ParameterizedTest
    @ValueSource(strings = {"8589934592GiB", "999999999999GiB"})
    void aSizeThatOverflowsIsRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Units.bytes(text)).withMessageContaining(Units.SIZE_FORM);
    }
}
