package dev.fanfare.load.wire;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a connection stands in its channels, as the gateway's event ids say it: groups
 * {@code EPOCH.ENTRY.ENTRY…} joined by colons; an entry is three characters for the channel's name (18 bits of its FNV-1a hash) and
 * the offset, both in base 64 with the digits {@code 0-9A-Za-z-_}. Any thread.
 */
public final class Cursor {
    private static final String DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
    private static final int MARK_LENGTH = 3;
    private static final int MARK_BITS = 18;
    private static final int LONGEST_ENTRY = MARK_LENGTH + 10;

    private final Map<String, Position> positions = new LinkedHashMap<>();

    /** A place in a channel; without an epoch when two channels of the cursor look alike, so that nobody can tell. */
    public record Position(String epoch, long offset) {
        private static final Position UNSURE = new Position("", -1);

        /** Whether it is one that can be relied on. */
        public boolean sure() {
            return offset >= 0 && !epoch.equals("-"); // the server did not know it yet
        }
    }

    /** Reads an event id; null if it is no cursor. */
    public static @Nullable Cursor parse(String text) {
        Cursor cursor = new Cursor();
        for (String group : text.split(":", -1)) {
            String[] parts = group.split("\\.", -1);
            if (parts.length < 2 || parts[0].isEmpty()) {
                return null;
            }
            for (int i = 1; i < parts.length; i++) {
                if (!cursor.take(parts[0], parts[i])) {
                    return null;
                }
            }
        }
        return cursor;
    }

    private boolean take(String epoch, String entry) {
        if (entry.length() <= MARK_LENGTH || entry.length() > LONGEST_ENTRY) {
            return false;
        }
        long offset = 0;
        for (int i = MARK_LENGTH; i < entry.length(); i++) {
            int digit = DIGITS.indexOf(entry.charAt(i));
            if (digit < 0) {
                return false;
            }
            offset = offset << 6 | digit;
        }
        positions.merge(entry.substring(0, MARK_LENGTH), new Position(epoch, offset), (a, b) -> Position.UNSURE);
        return true;
    }

    /** Where the cursor stands in a channel; null if it does not say. */
    public @Nullable Position of(String channel) {
        return positions.get(mark(channel));
    }

    private static String mark(String channel) {
        int hash = 0x811c9dc5;
        for (int i = 0; i < channel.length(); i++) {
            hash = (hash ^ channel.charAt(i)) * 0x01000193;
        }
        int folded = ((hash >>> MARK_BITS) ^ hash) & ((1 << MARK_BITS) - 1);
        return "" + DIGITS.charAt(folded >>> 12) + DIGITS.charAt(folded >>> 6 & 63) + DIGITS.charAt(folded & 63);
    }
}
