package dev.fanfare.gateway.ticker;

import dev.fanfare.gateway.config.Range;
import dev.fanfare.gateway.config.Settings;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which prices, and how often.
 *
 * @param source where prices come from
 * @param interval between two ticks
 * @param seed of the simulation: the same seed gives the same prices
 * @param file to replay; null for the data set in the jar
 * @param symbol of replayed rows that name none
 * @param badLine what a malformed line of the file does
 */
public record TickerConfig(
        Source source,
        Duration interval,
        long seed,
        @Nullable Path file,
        String symbol,
        OnBadLine badLine) {
    private static final Logger log = LoggerFactory.getLogger(TickerConfig.class);

    /** Where prices come from. */
    public enum Source {
        SIMULATED,
        REPLAY,
        /** No ticks at all. */
        OFF
    }

    /**
     * The source this configuration asks for, or null for none.
     *
     * @throws TickDataException if the file cannot be used
     */
    public @Nullable TickSource open() {
        return switch (source) {
            case SIMULATED -> new SimulatedTicks(seed);
            case REPLAY -> file == null ? ReplayedTicks.shipped(symbol) : replay(file);
            case OFF -> null;
        };
    }

    private TickSource replay(Path csv) {
        ReplayedTicks ticks = ReplayedTicks.fromFile(csv, symbol, badLine);
        if (ticks.skippedLines() > 0) {
            log.warn("{}: {} malformed lines skipped", csv, ticks.skippedLines());
            ticks.problems().forEach(log::warn);
        }
        return ticks;
    }

    public static TickerConfig from(Settings in) {
        return new TickerConfig(
                in.choice(
                        "ticker.source",
                        Source.SIMULATED,
                        "simulated: a random walk of three KRX symbols; replay: real prices from a CSV file; off: no ticks"),
                in.duration("ticker.interval", "1s", Range.of("10ms", "1h"), "time between two ticks"),
                in.wide("ticker.seed", 20_260_102, "of the simulation; the same seed gives the same prices"),
                in.path(
                        "ticker.file",
                        "CSV file to replay, with the columns date and price (or close), optionally symbol and volume; without it the S&P 500 closes in the jar"),
                in.text("ticker.symbol", "SPX", "symbol of replayed rows that name none"),
                in.choice(
                        "ticker.bad-line",
                        OnBadLine.SKIP,
                        "what a malformed line of the file does: skip reports and skips it, fail refuses to start"));
    }
}
