package dev.fanfare.gateway.ticker;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/**
 * Three large Korean shares on a seeded geometric random walk. The same seed gives the same ticks on every machine and JDK.
 *
 * <p>A run is one endless trading day: the first tick is the opening price, and prices stay on the exchange's price steps and
 * within 30 % of the opening. They move some three times as much per tick as the real shares do per second; at the real pace
 * the price steps would hide most of the movement. Used by the ticker thread only.
 */
public final class SimulatedTicks implements TickSource {
    /** Relative deviation of one step: 0.04 %. */
    private static final double STEP_DEVIATION = 4e-4;
    /** How widely volumes scatter: deviation of their natural logarithm. */
    private static final double VOLUME_DEVIATION = 0.9;

    private final long seed;
    private final SeededRandom random;
    private final List<Walk> walks;
    private boolean opened;

    /** Any seed is as good as any other. */
    public SimulatedTicks(long seed) {
        this.seed = seed;
        this.random = new SeededRandom(seed);
        // Opening prices as of late 2023, and a usual number of shares changing hands in a second.
        this.walks = List.of(
                new Walk("005930", 71_200, 600), new Walk("000660", 198_500, 170), new Walk("035420", 187_300, 40));
    }

    @Override
    public List<Quote> next() {
        List<Quote> quotes = new ArrayList<>(walks.size());
        for (Walk walk : walks) {
            quotes.add(walk.next(random, opened));
        }
        opened = true;
        return quotes;
    }

    @Override
    public String describe() {
        return "simulated walk of 005930, 000660 and 035420 (seed " + seed + ")";
    }

    /** One share. The exact price is carried on unrounded; rounding it each time would stop any move below half a step. */
    private static final class Walk {
        private final String symbol;
        private final BigDecimal opening;
        private final double lowest;
        private final double highest;
        private final long medianVolume;
        private double exact;

        Walk(String symbol, long opening, long medianVolume) {
            this.symbol = symbol;
            this.opening = BigDecimal.valueOf(opening);
            this.lowest = (double) KrxPrices.lowerLimit(opening);
            this.highest = (double) KrxPrices.upperLimit(opening);
            this.medianVolume = medianVolume;
            this.exact = (double) opening;
        }

        Quote next(SeededRandom random, boolean move) {
            if (move) {
                double moved = exact * StrictMath.exp(STEP_DEVIATION * random.nextNormal());
                exact = Math.min(highest, Math.max(lowest, moved));
            }
            double volume = medianVolume * StrictMath.exp(VOLUME_DEVIATION * random.nextNormal());
            BigDecimal price = BigDecimal.valueOf(KrxPrices.nearest(exact));
            return Quote.since(opening, symbol, price, Math.max(1, Math.round(volume)));
        }
    }
}
