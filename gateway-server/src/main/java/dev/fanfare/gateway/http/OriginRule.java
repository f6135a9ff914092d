package dev.fanfare.gateway.http;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Origins of web pages: one, or those whose host has one more label in front. Immutable; any thread.
 *
 * @param begin up to the label that may differ; the whole origin if none may
 * @param end what follows that label; null if none may differ
 */
record OriginRule(String begin, @Nullable String end) {
    /** What may stand in the list. */
    static final String ALLOWED =
            "*, or origins such as https://example.com, http://localhost:3000, https://*.example.com";

    private static final Pattern WRITTEN =
            Pattern.compile("([a-z][a-z0-9+.-]*://)(\\*(?=\\.))?([a-z0-9._-]+|\\[[0-9a-f:.]+])(:\\d{1,5})?");

    private static final Pattern LABEL = Pattern.compile("[a-z0-9_-]{1,63}");

    /**
     * Reads a rule.
     *
     * @throws IllegalArgumentException if it is none
     */
    static OriginRule of(String text) {
        Matcher parts = WRITTEN.matcher(text.toLowerCase(Locale.ROOT));
        if (!parts.matches()) {
            throw new IllegalArgumentException(ALLOWED);
        }
        String scheme = parts.group(1);
        String port = parts.group(4);
        boolean usual =
                scheme.equals("https://") ? ":443".equals(port) : scheme.equals("http://") && ":80".equals(port);
        String rest = parts.group(3) + (port == null || usual ? "" : port); // as a browser writes it
        return parts.group(2) == null ? new OriginRule(scheme + rest, null) : new OriginRule(scheme, rest);
    }

    /** Whether {@code origin}, in lower case, is one of these. */
    boolean covers(String origin) {
        if (end == null) {
            return origin.equals(begin);
        }
        return origin.length() > begin.length() + end.length()
                && origin.startsWith(begin)
                && origin.endsWith(end)
                && LABEL.matcher(origin.substring(begin.length(), origin.length() - end.length()))
                        .matches();
    }
}
