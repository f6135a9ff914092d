package dev.fanfare.gateway.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class AddressRatesTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void eachAddressHasItsOwnBucketOfOneSecondsWorth() {
        for (long start : new long[] {0, Long.MAX_VALUE - SECOND / 2, -7 * SECOND}) { // nanoTime() may be anything
            AddressRates rates = new AddressRates(10, start);
            assertThat(taken(rates, 1, 100, start)).isEqualTo(10);
            assertThat(rates.hasLeft(1, start)).isFalse();
            assertThat(rates.hasLeft(2, start)).isTrue();
            assertThat(taken(rates, 2, 100, start)).isEqualTo(10);
            assertThat(taken(rates, 1, 100, start + SECOND / 2)).isEqualTo(5);
            assertThat(taken(rates, 1, 100, start + 9 * SECOND)).isEqualTo(10);
        }
    }

    @Test
    void theKeyZeroIsAnAddressLikeAnyOther() {
        assertThat(taken(new AddressRates(10, 0), 0, 100, 0)).isEqualTo(10);
    }

    @Test
    void withoutALimitEverythingIsTaken() {
        AddressRates rates = new AddressRates(0, 0);
        assertThat(taken(rates, 1, 1_000, 0)).isEqualTo(1_000);
        assertThat(rates.hasLeft(1, 0)).isTrue();
    }

    @Test
    void aFloodOfAddressesMakesItForgetThoseThatHaveLeastToLose() {
        AddressRates rates = new AddressRates(10, 0);
        assertThat(taken(rates, 42, 100, 0)).isEqualTo(10);
        LongStream.range(1_000, 300_000).forEach(each -> rates.take(each, 1));
        assertThat(rates.hasLeft(42, 1)).as("who has spent all is remembered").isFalse();
        assertThat(IntStream.range(1_000, 2_000)
                        .filter(each -> !rates.take(each, 1))
                        .count())
                .as("who came once is forgotten, and loses nothing")
                .isZero();
    }

    private static long taken(AddressRates rates, long key, int tries, long now) {
        return IntStream.range(0, tries).filter(i -> rates.take(key, now)).count();
    }
}
