package dev.fanfare.gateway.channel;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where a connection stands in each of its channels, as one SSE event id: what a client sends back as
 * {@code Last-Event-ID}.
 *
 * <p>Groups {@code EPOCH.ENTRY.ENTRY…} joined by colons; an entry is three characters that stand for the channel's name and the
 * offset in base 64, for example {@code k3Jd9a.4fT1c.x9QA0}. All characters are safe in a cross-origin request header
 * (Fetch, "CORS-unsafe request-header byte"), and ten channels take at most 128 of them.
 *
 * <p>A channel is known by 18 bits of its name. When two channels of a list share them, the position of both is
 * {@link StreamPosition#UNKNOWN}: better a gap that is told than a position of another channel.
 */
public final class Cursor {
    private static final byte[] DIGITS =
            "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_".getBytes(StandardCharsets.US_ASCII);
    private static final int MARK_LENGTH = 3;
    private static final int MARK_BITS = 18;
    private static final int MAX_EPOCH = StreamPosition.LONGEST_EPOCH;
    private static final int MAX_OFFSET_DIGITS = 10;
    /** Characters of a cursor; what would be longer could not come back in a request header, and says nothing instead. */
    private static final int LONGEST = 8192;
    /**
     * The id of a connection that has no channel it could come back to, or too many. No cursor: whoever comes back with it is told a gap
     * in every channel.
     */
    public static final String NOWHERE = "-";

    private final List<Entry> entries;

    private record Entry(int mark, StreamPosition position) {}

    private Cursor(List<Entry> entries) {
        this.entries = List.copyOf(entries);
    }

    /** Reads what a client sent; null if it is no cursor of ours (another server's id, or a damaged one). */
    public static @Nullable Cursor parse(String text) {
        if (text.isEmpty() || text.length() > LONGEST) {
            return null;
        }
        List<Entry> entries = new ArrayList<>();
        for (String group : text.split(":", -1)) {
            String[] parts = group.split("\\.", -1);
            if (parts.length < 2 || !isEpoch(parts[0])) {
                return null;
            }
            for (int i = 1; i < parts.length; i++) {
                Entry entry = entry(parts[0], parts[i]);
                if (entry == null) {
                    return null;
                }
                entries.add(entry);
            }
        }
        return new Cursor(entries);
    }

    /**
     * The positions in those of {@code channels} the cursor says something about; {@link StreamPosition#UNKNOWN} where two
     * share a mark, here or there, so that nobody can tell whose position it is.
     */
    public Map<String, StreamPosition> of(Collection<String> channels) {
        Map<Integer, StreamPosition> byMark = new HashMap<>();
        for (Entry entry : entries) {
            byMark.merge(entry.mark(), entry.position(), (one, other) -> StreamPosition.UNKNOWN);
        }
        Set<Integer> seen = new HashSet<>();
        for (String channel : channels) {
            int mark = mark(channel);
            if (!seen.add(mark)) {
                byMark.replace(mark, StreamPosition.UNKNOWN);
            }
        }
        Map<String, StreamPosition> positions = new HashMap<>();
        for (String channel : channels) {
            StreamPosition position = byMark.get(mark(channel));
            if (position != null) {
                positions.put(channel, position);
            }
        }
        return positions;
    }

    /** What stands for a channel's name: FNV-1a, folded to 18 bits. */
    public static int mark(String channel) {
        int hash = 0x811c9dc5;
        for (int i = 0; i < channel.length(); i++) {
            hash = (hash ^ channel.charAt(i)) * 0x01000193;
        }
        return ((hash >>> MARK_BITS) ^ hash) & ((1 << MARK_BITS) - 1);
    }

    private static @Nullable Entry entry(String epoch, String text) {
        if (text.length() <= MARK_LENGTH || text.length() > MARK_LENGTH + MAX_OFFSET_DIGITS) {
            return null;
        }
        long mark = number(text, 0, MARK_LENGTH);
        long offset = number(text, MARK_LENGTH, text.length());
        return mark < 0 || offset < 0 ? null : new Entry((int) mark, new StreamPosition(offset, epoch));
    }

    private static long number(String text, int from, int to) {
        long value = 0;
        for (int i = from; i < to; i++) {
            int digit = digit(text.charAt(i));
            if (digit < 0) {
                return -1;
            }
            value = (value << 6) | digit;
        }
        return value;
    }

    /** What goes into answers and logs as it is must not be anything a client likes. */
    private static boolean isEpoch(String text) {
        return !text.isEmpty() && text.length() <= MAX_EPOCH && text.chars().allMatch(c -> digit((char) c) >= 0);
    }

    private static int digit(char c) {
        if (c >= '0' && c <= '9') {
            return c - '0';
        }
        if (c >= 'A' && c <= 'Z') {
            return c - 'A' + 10;
        }
        if (c >= 'a' && c <= 'z') {
            return c - 'a' + 36;
        }
        return c == '-' ? 62 : c == '_' ? 63 : -1;
    }

    /** Writes a cursor, entry by entry, into an array that is used again and again. Owned by one thread. */
    public static final class Writer {
        private byte[] bytes = new byte[128];
        private int length;
        private String epoch = "";
        private boolean tooLong;

        /** Begins anew. */
        public Writer reset() {
            length = 0;
            epoch = "";
            tooLong = false;
            return this;
        }

        /** Adds the position in the channel that {@code mark} stands for. */
        public Writer add(int mark, String inEpoch, long offset) {
            int most = 2 + inEpoch.length() + MARK_LENGTH + MAX_OFFSET_DIGITS + 1;
            if (tooLong || length + most > LONGEST) {
                tooLong = true;
                bytes[0] = (byte) NOWHERE.charAt(0);
                length = 1;
                return this;
            }
            ensure(most);
            if (!inEpoch.equals(epoch)) {
                if (length > 0) {
                    bytes[length++] = ':';
                }
                for (int i = 0; i < inEpoch.length(); i++) {
                    bytes[length++] = (byte) inEpoch.charAt(i);
                }
                epoch = inEpoch;
            }
            bytes[length++] = '.';
            digits(mark, MARK_LENGTH);
            digits(offset, Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(offset) + 5) / 6));
            return this;
        }

        /** The bytes so far are the first {@link #length()} of this array. */
        public byte[] bytes() {
            return bytes;
        }

        public int length() {
            return length;
        }

        @Override
        public String toString() {
            return new String(bytes, 0, length, StandardCharsets.US_ASCII);
        }

        private void digits(long value, int count) {
            for (int i = count - 1; i >= 0; i--) {
                bytes[length++] = DIGITS[(int) (value >>> (6 * i)) & 63];
            }
        }

        private void ensure(int more) {
            if (length + more > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
            }
        }
    }
}
