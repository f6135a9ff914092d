package dev.fanfare.gateway.channel;

import org.jspecify.annotations.Nullable;

/**
 * Names with stars, each of which stands for any run of characters: {@code stocks:*}, {@code chat:*:typing}.
 *
 * @param text as the client wrote it
 */
public record ChannelPattern(String text) {
    private static final int MAX_STARS = 4;

    /** Whether {@code name} is meant as a pattern. */
    public static boolean isPattern(String name) {
        return name.indexOf('*') >= 0;
    }

    /** What is wrong with {@code text}, in words; null if it is a pattern. */
    public static @Nullable String problem(String text, int longest) {
        if (text.chars().filter(c -> c == '*').count() > MAX_STARS) {
            return "pattern '%s' has more than %d stars".formatted(ChannelName.shown(text), MAX_STARS);
        }
        if (ChannelName.namespace(text).indexOf('*') >= 0) {
            return "pattern '%s' must name its namespace, for example stocks:*".formatted(ChannelName.shown(text));
        }
        return ChannelName.problem(text, longest, true);
    }

    /** Whether {@code name} is one of this pattern's. */
    public boolean matches(String name) {
        int p = 0;
        int n = 0;
        int star = -1;
        int retry = 0;
        while (n < name.length()) {
            if (p < text.length() && text.charAt(p) == '*') {
                star = p++;
                retry = n;
            } else if (p < text.length() && text.charAt(p) == name.charAt(n)) {
                p++;
                n++;
            } else if (star >= 0) { // let the last star take one more character
                p = star + 1;
                n = ++retry;
            } else {
                return false;
            }
        }
        while (p < text.length() && text.charAt(p) == '*') {
            p++;
        }
        return p == text.length();
    }
}
