package dev.fanfare.gateway.config;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How durations and sizes are written: a whole number and a unit, {@code 250ms}, {@code 15s}, {@code 64KiB}. */
public final class Units {
    public static final String DURATION_FORM = "a whole number with ms, s, m or h, for example 250ms or 15s";
    public static final String SIZE_FORM = "a whole number with B, KiB, MiB or GiB, for example 64KiB";

    private static final Pattern FORM = Pattern.compile("(\\d{1,12})\\s*([a-zA-Z]+)");
    private static final Map<String, Long> MILLIS = Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L);
    private static final Map<String, Long> BYTES = Map.of("B", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30);

    private Units() {}

    /**
     * Reads {@code text} as a duration.
     *
     * @throws IllegalArgumentException when it is not one; the message says what is allowed
     */
    public static Duration duration(String text) {
        return Duration.ofMillis(read(text, MILLIS, DURATION_FORM));
    }

    /**
     * Reads {@code text} as a number of bytes.
     *
     * @throws IllegalArgumentException when it is not one; the message says what is allowed
     */
    public static long bytes(String text) {
        return read(text, BYTES, SIZE_FORM);
    }

    private static long read(String text, Map<String, Long> units, String form) {
        Matcher matcher = FORM.matcher(text.trim());
        Long factor = matcher.matches() ? units.get(matcher.group(2)) : null;
        if (factor == null) {
            throw new IllegalArgumentException(form);
        }
        try {
            return Math.multiplyExact(Long.parseLong(matcher.group(1)), factor);
        } catch (ArithmeticException tooLarge) {
            throw new IllegalArgumentException(form + ", below 2^63", tooLarge);
        }
    }
}
