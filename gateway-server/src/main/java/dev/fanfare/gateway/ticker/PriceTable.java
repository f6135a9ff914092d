package dev.fanfare.gateway.ticker;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The rows of a price file, grouped into ticks. Kept as primitive columns, because a million rows as objects would take some
 * 150 MB of a heap meant for connections; like this it is 20 bytes a row. Filled by one thread, then only read.
 */
final class PriceTable {
    private final List<String> symbols = new ArrayList<>();
    private final List<BigDecimal> openings = new ArrayList<>();
    private final Map<String, Integer> symbolNumbers = new HashMap<>();
    private final Set<String> symbolsOfTick = new HashSet<>();
    private String dateOfTick = "";

    private int[] symbolOfRow = new int[256];
    private long[] cents = new long[256];
    private long[] volumes = new long[256];
    private int rows;

    /** Row at which each tick starts. */
    private int[] starts = new int[256];

    private int ticks;

    int rows() {
        return rows;
    }

    int ticks() {
        return ticks;
    }

    List<String> symbols() {
        return symbols;
    }

    /** A row starts a new tick when its date differs from the row before, or its symbol is in the tick already. */
    void add(PriceColumns.Row row) {
        if (ticks == 0 || !row.date().equals(dateOfTick) || symbolsOfTick.contains(row.symbol())) {
            startTick(row.date());
        }
        symbolsOfTick.add(row.symbol());
        if (rows == cents.length) {
            symbolOfRow = Arrays.copyOf(symbolOfRow, rows * 2);
            cents = Arrays.copyOf(cents, rows * 2);
            volumes = Arrays.copyOf(volumes, rows * 2);
        }
        symbolOfRow[rows] = numberOf(row);
        cents[rows] = row.cents();
        volumes[rows] = row.volume();
        rows++;
    }

    private void startTick(String date) {
        if (ticks == starts.length) {
            starts = Arrays.copyOf(starts, ticks * 2);
        }
        starts[ticks++] = rows;
        dateOfTick = date;
        symbolsOfTick.clear();
    }

    private int numberOf(PriceColumns.Row row) {
        return symbolNumbers.computeIfAbsent(row.symbol(), symbol -> {
            symbols.add(symbol);
            openings.add(BigDecimal.valueOf(row.cents(), 2));
            return symbols.size() - 1;
        });
    }

    /** The quotes of one tick; change is reckoned from the symbol's first price in the file. */
    List<Quote> quotes(int tick) {
        int end = tick + 1 < ticks ? starts[tick + 1] : rows;
        List<Quote> quotes = new ArrayList<>(end - starts[tick]);
        for (int row = starts[tick]; row < end; row++) {
            int symbol = symbolOfRow[row];
            BigDecimal price = BigDecimal.valueOf(cents[row], 2);
            quotes.add(Quote.since(openings.get(symbol), symbols.get(symbol), price, volumes[row]));
        }
        return quotes;
    }
}
