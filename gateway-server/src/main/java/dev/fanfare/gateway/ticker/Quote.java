package dev.fanfare.gateway.ticker;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * The state of one symbol at one tick. Immutable; any thread.
 *
 * @param symbol the exchange's code, such as {@code 005930}; never blank
 * @param price the last price in the symbol's own currency; its scale is what a client sees
 * @param change percent since the opening price, two decimals
 * @param volume units traded since the previous tick; 0 where the source does not know
 */
public record Quote(String symbol, BigDecimal price, BigDecimal change, long volume) {
    private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);

    public Quote {
        if (symbol.isBlank() || volume < 0) {
            throw new IllegalArgumentException(
                    "a quote needs a symbol and a volume of 0 or more, not '%s' and %d".formatted(symbol, volume));
        }
    }

    /** A quote whose change is reckoned from {@code opening}, which must be above zero. */
    public static Quote since(BigDecimal opening, String symbol, BigDecimal price, long volume) {
        BigDecimal change = price.subtract(opening).multiply(HUNDRED).divide(opening, 2, RoundingMode.HALF_UP);
        return new Quote(symbol, price, change, volume);
    }
}
