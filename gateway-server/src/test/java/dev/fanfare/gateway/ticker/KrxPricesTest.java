package dev.fanfare.gateway.ticker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KrxPricesTest {

    @ParameterizedTest
    @CsvSource({
        "1999, 1",
        "2000, 5",
        "4999, 5",
        "5000, 10",
        "19999, 10",
        "20000, 50",
        "49999, 50",
        "50000, 100",
        "199999, 100",
        "200000, 500",
        "499999, 500",
        "500000, 1000",
        "3000000, 1000"
    })
    void theStepFollowsTheTableOf2023(long price, long step) {
        assertThat(KrxPrices.tickSize(price)).isEqualTo(step);
    }

    @ParameterizedTest
    @CsvSource({"71249.9, 71200", "71250, 71300", "199960, 200000", "200249, 200000", "200250, 200500"})
    void aPriceIsRoundedToTheNearestStep(double exact, long price) {
        assertThat(KrxPrices.nearest(exact)).isEqualTo(price);
    }

    @Test
    void dailyLimitsAreRoundedTowardsTheOpening() {
        assertThat(KrxPrices.upperLimit(187_300)).isEqualTo(243_000);
        assertThat(KrxPrices.lowerLimit(187_300)).isEqualTo(131_200);
    }
}
