package dev.fanfare.gateway.ticker;

import java.util.ArrayList;
import java.util.List;

/** Splits one line of a CSV file (RFC 4180, except that a quoted field may not hold a line break). */
final class CsvLine {
    private CsvLine() {}

    /**
     * The fields of a line, without surrounding blanks and quotes.
     *
     * @throws TickDataException with the bare reason when a quote is not closed
     */
    static List<String> split(String line) {
        List<String> fields = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '"' && quoted && i + 1 < line.length() && line.charAt(i + 1) == '"') {
                field.append(c);
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == ',' && !quoted) {
                fields.add(field.toString().strip());
                field.setLength(0);
            } else {
                field.append(c);
            }
        }
        if (quoted) {
            throw new TickDataException("a quote (\") is opened and not closed");
        }
        fields.add(field.toString().strip());
        return fields;
    }
}
