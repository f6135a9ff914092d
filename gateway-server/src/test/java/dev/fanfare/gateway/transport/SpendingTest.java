package dev.fanfare.gateway.transport;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpendingTest {
    private static final long SECOND = 1_000_000_000L;

    @ParameterizedTest
    @ValueSource(longs = {0, Long.MAX_VALUE - SECOND / 2, Long.MIN_VALUE, -7 * SECOND}) // nanoTime() may be anything
    void holdsOneSecondsWorthAndFillsAgain(long now) {
        long spent = Spending.none(now);
        assertThat(Spending.isAll(spent, now)).isFalse();
        for (int i = 0; i < 100; i++) {
            assertThat(Spending.isAll(spent, now)).isFalse();
            spent = Spending.of(spent, 1, 100, now);
        }
        assertThat(Spending.isAll(spent, now)).isTrue();
        spent = Spending.of(spent, 1, 100, now);
        assertThat(Spending.isAll(spent, now + SECOND / 100)).isTrue();
        assertThat(Spending.isAll(spent, now + SECOND / 100 + 1)).isFalse();
        long later = now + 9 * SECOND;
        for (int i = 0; i < 100; i++) {
            spent = Spending.of(spent, 1, 100, later);
        }
        assertThat(Spending.isAll(spent, later))
                .as("no more than a second's worth, however long it rested")
                .isTrue();
    }

    @Test
    void oneLargeThingIsLetInAndPaidBackLater() {
        long spent = Spending.of(Spending.none(0), 1 << 20, 256 << 10, 0);
        assertThat(Spending.isAll(spent, 2 * SECOND)).isTrue();
        assertThat(Spending.isAll(spent, 4 * SECOND)).isFalse();
    }

    @Test
    void withoutALimitNothingIsSpent() {
        long spent = Spending.of(Spending.none(0), Integer.MAX_VALUE, 0, 0);
        assertThat(Spending.isAll(spent, 0)).isFalse();
    }
}
