package dev.fanfare.load.report;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Spans of time as people write them: {@code 500ms}, {@code 1.5s}, {@code 60s}, {@code 5m}, {@code 2h}. */
public final class TimeText {
    private static final Pattern FORM = Pattern.compile("(\\d+(?:\\.\\d+)?)(ms|s|m|h)");

    private TimeText() {}

    /**
     * Reads a span.
     *
     * @return milliseconds
     * @throws IllegalArgumentException when the text is something else; the message says what is allowed
     */
    public static double parseMillis(String text) {
        Matcher form = FORM.matcher(text.strip());
        if (!form.matches()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a time; allowed is a number with a unit: 500ms, 1.5s, 60s, 5m, 2h");
        }
        double number = Double.parseDouble(form.group(1));
        return switch (form.group(2)) {
            case "ms" -> number;
            case "s" -> number * 1000;
            case "m" -> number * 60_000;
            default -> number * 3_600_000;
        };
    }

    /** Writes a span with one decimal of seconds, or as milliseconds below one second. */
    public static String format(long millis) {
        return millis < 1000 ? millis + " ms" : String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
    }
}
