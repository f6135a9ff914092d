package dev.fanfare.load.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContentTest {
    private static final long[] LONG = {999_999_999, 999_999, 999_999_999_999L, 1_763_680_000_000L};
    private static final long[] SHORT = {1, 0, 1, 1};

    private static byte[] written(int length, long[] numbers) {
        byte[] bytes = new byte[length + 2];
        int end = new Content(length).write(bytes, 1, numbers);
        assertThat(end).isEqualTo(length + 1);
        return Arrays.copyOfRange(bytes, 1, end);
    }

    @ParameterizedTest
    @ValueSource(ints = {Content.SHORTEST, 256, Content.LONGEST})
    void whatWasWrittenIsRead(int length) {
        for (long[] numbers : new long[][] {SHORT, LONG}) {
            Content content = new Content(length);
            assertThat(content.read(written(length, numbers), 0, length)).isTrue();
            assertThat(new long[] {content.run(), content.channel(), content.number(), content.ts()})
                    .isEqualTo(numbers);
        }
    }

    @Test
    void everyFlippedBitIsFound() {
        byte[] good = written(256, LONG);
        for (int i = 0; i < good.length; i++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] bad = good.clone();
                bad[i] = (byte) (bad[i] ^ 1 << bit);
                assertThat(new Content(256).read(bad, 0, bad.length))
                        .as("byte %d bit %d", i, bit)
                        .isFalse();
            }
        }
    }

    @Test
    void everyPieceOfItIsNotIt() {
        byte[] good = written(256, SHORT);
        for (int end = 0; end < good.length; end++) {
            assertThat(new Content(256).read(good, 0, end)).isFalse();
        }
        byte[] next = written(256, new long[] {1, 0, 2, 1});
        System.arraycopy(next, 100, good, 100, 100);
        assertThat(new Content(256).read(good, 0, 256)).isFalse();
    }
}
