package dev.fanfare.gateway.ticker;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Plays a CSV file of real prices in the order of its rows, and starts again from the top after the last one; the price then
 * jumps from the last row's to the first row's, while {@code seq} and {@code ts} go on.
 *
 * <p>The header line names {@code date} and {@code price} (or {@code close}), and may name {@code symbol} and {@code volume};
 * other columns are ignored. Neighbouring rows with the same date and different symbols make one tick; a date is only compared,
 * never interpreted. Prices are rounded to two decimals. The file is read whole when this object is made: later changes to
 * it have no effect. Used by the ticker thread only.
 */
public final class ReplayedTicks implements TickSource {
    /** Room for {@link PriceFile#MAX_ROWS} rows of a usual length; checked before anything is read. */
    private static final long MAX_BYTES = 128L << 20;

    private static final String SHIPPED = "sp500.csv";

    private final String name;
    private final PriceTable table;
    private final int skippedLines;
    private final List<String> problems;
    private int upcoming;

    private ReplayedTicks(String name, PriceFile file) {
        this.name = name;
        this.table = file.table();
        this.skippedLines = file.skipped();
        this.problems = file.problems();
    }

    /**
     * Reads a file of at most 128 MiB and 1,000,000 rows.
     *
     * @param symbol the symbol of every row when the file has no such column
     * @throws TickDataException when the file cannot be read, has no usable row, is too large, or has a malformed line and
     *     {@code onBadLine} is {@link OnBadLine#FAIL}
     */
    public static ReplayedTicks fromFile(Path file, String symbol, OnBadLine onBadLine) {
        try {
            if (!Files.isRegularFile(file)) {
                throw new TickDataException(file + " is no file, or this user may not see it");
            }
            if (Files.size(file) > MAX_BYTES) {
                throw new TickDataException(
                        "%s has %,d bytes; allowed are at most %,d".formatted(file, Files.size(file), MAX_BYTES));
            }
            try (BufferedReader reader = Files.newBufferedReader(file)) {
                return read(file.toString(), reader, symbol, onBadLine);
            }
        } catch (IOException e) {
            throw new TickDataException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** The data set in this jar: 123 monthly closes of the S&P 500 index, 2000 to 2010, under the given symbol. */
    public static ReplayedTicks shipped(String symbol) {
        try (InputStream data = ReplayedTicks.class.getResourceAsStream(SHIPPED)) {
            if (data == null) {
                throw new TickDataException("the shipped price file " + SHIPPED + " is missing from this jar");
            }
            BufferedReader reader = new BufferedReader(new InputStreamReader(data, StandardCharsets.UTF_8));
            return read(SHIPPED, reader, symbol, OnBadLine.FAIL);
        } catch (IOException e) {
            throw new TickDataException("the shipped price file " + SHIPPED + " cannot be read", e);
        }
    }

    private static ReplayedTicks read(String name, BufferedReader reader, String symbol, OnBadLine onBadLine) {
        PriceFile file = new PriceFile(name, symbol, onBadLine);
        file.readAll(reader);
        return new ReplayedTicks(name, file);
    }

    @Override
    public List<Quote> next() {
        List<Quote> quotes = table.quotes(upcoming);
        upcoming = (upcoming + 1) % table.ticks();
        return quotes;
    }

    @Override
    public String describe() {
        List<String> symbols = table.symbols();
        String who = symbols.size() == 1 ? symbols.get(0) : symbols.size() + " symbols";
        return "replay of %s: %d ticks of %s, then again from the start".formatted(name, table.ticks(), who);
    }

    /** How many malformed lines were left out; 0 unless {@link OnBadLine#SKIP}. */
    public int skippedLines() {
        return skippedLines;
    }

    /** Why the first few of the skipped lines were skipped, one sentence each with file and line, for the log. */
    public List<String> problems() {
        return problems;
    }
}
