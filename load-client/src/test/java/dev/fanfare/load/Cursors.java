package dev.fanfare.load;

import dev.fanfare.load.wire.Cursor;

/** Writes cursors as a gateway does: for servers of tests. */
public final class Cursors {
    private static final String DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";

    private Cursors() {}

    /** Adds a channel's position; {@code lastEpoch} is the one added before, "" at first. */
    public static void append(StringBuilder cursor, String channel, Cursor.Position position, String lastEpoch) {
        if (!position.epoch().equals(lastEpoch)) {
            cursor.append(cursor.length() == 0 ? "" : ":").append(position.epoch());
        }
        int hash = 0x811c9dc5;
        for (int i = 0; i < channel.length(); i++) {
            hash = (hash ^ channel.charAt(i)) * 0x01000193;
        }
        cursor.append('.');
        digits(cursor, (hash >>> 18 ^ hash) & 0x3ffff, 3);
        int bits = Long.SIZE - Long.numberOfLeadingZeros(position.offset());
        digits(cursor, position.offset(), Math.max(1, (bits + 5) / 6));
    }

    private static void digits(StringBuilder to, long value, int count) {
        for (int i = count - 1; i >= 0; i--) {
            to.append(DIGITS.charAt((int) (value >>> (6 * i)) & 63));
        }
    }
}
