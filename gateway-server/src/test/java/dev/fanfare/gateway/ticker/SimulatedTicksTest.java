package dev.fanfare.gateway.ticker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SimulatedTicksTest {

    @Test
    void startsAtTheOpeningPricesWithNoChange() {
        List<Quote> first = new SimulatedTicks(42).next();

        assertThat(first).extracting(Quote::symbol).containsExactly("005930", "000660", "035420");
        assertThat(first).extracting(q -> q.price().longValueExact()).containsExactly(71_200L, 198_500L, 187_300L);
        assertThat(first).extracting(q -> q.change().toPlainString()).containsOnly("0.00");
    }

    /** Pinned, so that a seed keeps its meaning across JDKs and releases; a Python transcription gave the same values. */
    @Test
    void seed42GivesThesePricesOnEveryJdk() {
        SimulatedTicks ticks = new SimulatedTicks(42);

        assertThat(Stream.generate(ticks::next).skip(1).limit(5))
                .extracting(SimulatedTicksTest::line)
                .containsExactly(
                        "71200/227 198400/61 187300/6",
                        "71200/761 198300/119 187300/36",
                        "71200/710 198200/137 187400/69",
                        "71200/423 198400/478 187400/19",
                        "71200/287 198400/720 187500/15");
        assertThat(Stream.generate(ticks::next).skip(9_993).findFirst())
                .map(SimulatedTicksTest::line)
                .hasValue("71100/1243 206500/130 180300/89");
    }

    @Test
    void repeatsItselfForTheSameSeedAndDiffersForAnother() {
        assertThat(run(7)).isEqualTo(run(7)).isNotEqualTo(run(8));
    }

    @Test
    void everyPriceIsOnTheExchangesStepsAndWithinTheDailyLimit() {
        SimulatedTicks ticks = new SimulatedTicks(3);

        for (int i = 0; i < 200_000; i++) {
            for (Quote quote : ticks.next()) {
                long price = quote.price().longValueExact();
                assertThat(price % KrxPrices.tickSize(price)).isZero();
                assertThat(quote.change().doubleValue()).isBetween(-30.0, 30.0);
                assertThat(quote.volume()).isPositive();
            }
        }
    }

    @Test
    void pricesMoveOftenEnoughToWatchAndVolumesLookLikeTrading() {
        SimulatedTicks ticks = new SimulatedTicks(5);
        List<Quote> samsung =
                Stream.generate(ticks::next).limit(1_000).map(q -> q.get(0)).toList();

        assertThat(samsung.stream().map(Quote::price).distinct()).hasSizeGreaterThan(5);
        assertThat(samsung.stream().mapToLong(Quote::volume).average().orElseThrow())
                .isBetween(700.0, 1_100.0);
    }

    @Test
    void saysWhatItPlays() {
        assertThat(new SimulatedTicks(9).describe()).contains("simulated", "seed 9");
    }

    private static List<List<Quote>> run(long seed) {
        return Stream.generate(new SimulatedTicks(seed)::next).limit(200).toList();
    }

    private static String line(List<Quote> quotes) {
        StringBuilder line = new StringBuilder();
        quotes.forEach(
                q -> line.append(q.price()).append('/').append(q.volume()).append(' '));
        return line.toString().strip();
    }
}
