package dev.fanfare.gateway.ticker;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads one price file from top to bottom, once. Names the file and line in every error. Used by one thread. */
final class PriceFile {
    /** Beyond this a replay is a bulk load; it also bounds the memory one mistaken file can take (20 MB). */
    static final int MAX_ROWS = 1_000_000;

    /** So many explanations are kept; a file of the wrong kind would otherwise fill the log. */
    private static final int KEPT_PROBLEMS = 5;

    private final String name;
    private final String defaultSymbol;
    private final OnBadLine onBadLine;
    private final PriceTable table = new PriceTable();
    private final List<String> problems = new ArrayList<>();
    private int skipped;

    PriceFile(String name, String defaultSymbol, OnBadLine onBadLine) {
        this.name = name;
        this.defaultSymbol = defaultSymbol;
        this.onBadLine = onBadLine;
    }

    PriceTable table() {
        return table;
    }

    int skipped() {
        return skipped;
    }

    List<String> problems() {
        return List.copyOf(problems);
    }

    /** @throws TickDataException when the file cannot be read or used */
    void readAll(BufferedReader reader) {
        try {
            PriceColumns columns = columns(reader.readLine());
            int number = 1;
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                number++;
                if (!line.isBlank()) {
                    readRow(columns, line, number);
                }
            }
        } catch (CharacterCodingException e) {
            throw new TickDataException(name + " is not UTF-8 text", e);
        } catch (IOException e) {
            throw new TickDataException(name + " cannot be read: " + e.getMessage(), e);
        }
        if (table.rows() == 0) {
            throw new TickDataException(name + " holds no usable row, at least one is needed"
                    + (problems.isEmpty() ? "" : "; the first problem: " + problems.get(0)));
        }
    }

    private PriceColumns columns(@Nullable String header) {
        if (header == null) {
            throw new TickDataException(name + " is empty; needed are a header line and at least one row");
        }
        try {
            // Spreadsheets start their files with a byte order mark; it is no part of the first column's name.
            return new PriceColumns(header.startsWith("\ufeff") ? header.substring(1) : header, defaultSymbol);
        } catch (TickDataException e) {
            throw new TickDataException(name + " line 1: " + e.getMessage(), e);
        }
    }

    private void readRow(PriceColumns columns, String line, int number) {
        if (table.rows() == MAX_ROWS) {
            throw new TickDataException(
                    "%s line %d: more than %,d rows; allowed are at most that many".formatted(name, number, MAX_ROWS));
        }
        try {
            table.add(columns.read(line));
        } catch (TickDataException e) {
            String problem = name + " line " + number + ": " + e.getMessage();
            if (onBadLine == OnBadLine.FAIL) {
                throw new TickDataException(problem, e);
            }
            skipped++;
            if (problems.size() < KEPT_PROBLEMS) {
                problems.add(problem);
            }
        }
    }
}
