package dev.fanfare.gateway.channel;

import org.jspecify.annotations.Nullable;

/**
 * What a channel may be called: {@code ticks}, {@code stocks:005930}, {@code chat:room-7}. The part before the first colon
 * is its namespace. Names stay plain strings, because 100,000 of them are kept. Thread: any.
 */
public final class ChannelName {
    /** The characters of a name beside letters and digits; a comma separates names, a star makes a pattern. */
    private static final String MARKS = "_-.:/#@~=+!$";

    private ChannelName() {}

    /**
     * What is wrong with {@code name}, in words; null if it is a channel's name.
     *
     * @param longest characters a name may have
     */
    public static @Nullable String problem(String name, int longest) {
        return problem(name, longest, false);
    }

    static @Nullable String problem(String name, int longest, boolean stars) {
        if (name.isEmpty()) {
            return "a channel name must not be empty";
        }
        if (name.length() > longest) {
            return "channel '%s…' is longer than %d characters".formatted(shown(name), longest);
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (!isAllowed(c) && !(stars && c == '*')) {
                return "channel '%s' contains a character that is not allowed; allowed: letters, digits and %s"
                        .formatted(shown(name), MARKS);
            }
        }
        return null;
    }

    /** The namespace of {@code name}: what stands before the first colon, or all of it. */
    public static String namespace(String name) {
        int colon = name.indexOf(':');
        return colon < 0 ? name : name.substring(0, colon);
    }

    private static boolean isAllowed(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || MARKS.indexOf(c) >= 0;
    }

    /** As it may stand in an error: its beginning, in printable ASCII. */
    static String shown(String name) {
        StringBuilder shown = new StringBuilder(name.length());
        name.chars().limit(60).forEach(c -> shown.append(c > 0x20 && c < 0x7f ? (char) c : '?'));
        return shown.toString();
    }
}
