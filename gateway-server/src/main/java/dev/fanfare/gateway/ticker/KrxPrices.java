package dev.fanfare.gateway.ticker;

/** The two price rules of the Korea Exchange that a chart shows: the tick-size table of January 2023 and the daily limit. */
final class KrxPrices {
    private static final long[] BAND_ENDS = {2_000, 5_000, 20_000, 50_000, 200_000, 500_000};
    private static final long[] TICK_SIZES = {1, 5, 10, 50, 100, 500, 1_000};
    private static final int LIMIT_PERCENT = 30;

    private KrxPrices() {}

    /** The smallest step between two prices around {@code price}, in won. */
    static long tickSize(long price) {
        int band = 0;
        while (band < BAND_ENDS.length && price >= BAND_ENDS[band]) {
            band++;
        }
        return TICK_SIZES[band];
    }

    /** The allowed price nearest to {@code price}. Every band ends on a multiple of the next band's step, so rounding up is safe. */
    static long nearest(double price) {
        long step = tickSize((long) price);
        return Math.round(price / step) * step;
    }

    /** The highest price of the day for this opening price: 30 % up, rounded down to an allowed price. */
    static long upperLimit(long opening) {
        long limit = opening * (100 + LIMIT_PERCENT) / 100;
        return limit - limit % tickSize(limit);
    }

    /** The lowest price of the day: 30 % down, rounded up to an allowed price. */
    static long lowerLimit(long opening) {
        long limit = opening - opening * LIMIT_PERCENT / 100;
        long step = tickSize(limit);
        return (limit + step - 1) / step * step;
    }
}
