package dev.fanfare.gateway.channel;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.fanfare.gateway.Frugal;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Cursors: what clients send back as {@code Last-Event-ID}. */
class CursorFuzz {
    private static final int LONGEST = 8192;
    private static final Pattern EPOCH = Pattern.compile("[0-9A-Za-z_-]{1," + StreamPosition.LONGEST_EPOCH + "}");
    private static final Pattern ENTRY = Pattern.compile("[0-9A-Za-z_-]{4,13}");

    /** A text is a cursor exactly if the grammar of the class comment says so. */
    @FuzzTest(maxDuration = "2m")
    void parse(byte[] input) throws Exception {
        String text = new String(input, ISO_8859_1);
        assertThat(Cursor.parse(text) != null).isEqualTo(isCursor(text));
        Frugal.within(64 * 1024 + 200L * input.length, () -> {
            Cursor cursor = Cursor.parse(text);
            if (cursor != null) {
                cursor.of(List.of("ticks", "chat:a")).values().forEach(position -> {
                    assertThat(position.offset()).isNotNegative();
                    assertThat(position.epoch()).matches(EPOCH);
                });
            }
        });
    }

    /** What the writer writes says the same when it comes back, for every channel that shares its mark with no other. */
    @FuzzTest(maxDuration = "2m")
    void roundTrip(byte[] input) {
        ByteBuffer in = ByteBuffer.wrap(input);
        Cursor.Writer writer = new Cursor.Writer();
        Map<String, StreamPosition> written = new LinkedHashMap<>();
        Map<Integer, Integer> marks = new HashMap<>();
        while (in.remaining() >= 12 && written.size() < 700) {
            String channel = "c:" + (in.getShort() & 0xffff);
            String epoch = EPOCHS[in.getShort() & 3];
            long offset = in.getLong() >>> 4; // as many bits as ten digits have
            if (written.putIfAbsent(channel, new StreamPosition(offset, epoch)) == null) {
                writer.add(Cursor.mark(channel), epoch, offset);
                marks.merge(Cursor.mark(channel), 1, Integer::sum);
            }
        }
        if (written.isEmpty()) {
            return;
        }
        String text = writer.toString();
        assertThat(text.length()).isLessThanOrEqualTo(LONGEST);
        Cursor cursor = Cursor.parse(text);
        if (text.equals(Cursor.NOWHERE)) {
            assertThat(written.size()).as("too many only when they are many").isGreaterThan(100);
            assertThat(cursor).isNull();
            return;
        }
        if (cursor == null) {
            throw new AssertionError("cannot be read again: " + text);
        }
        written.replaceAll((channel, position) ->
                marks.getOrDefault(Cursor.mark(channel), 0) > 1 ? StreamPosition.UNKNOWN : position);
        assertThat(cursor.of(written.keySet())).isEqualTo(written);
    }

    private static final String[] EPOCHS = {"a", "k3Jd9a", "-_-_-_-_-_-_-_-_", "Z"};

    private static boolean isCursor(String text) {
        if (text.isEmpty() || text.length() > LONGEST) {
            return false;
        }
        for (String group : (text + ":").split("(?<=:)", -1)) { // each with its colon; what follows the last is empty
            if (group.isEmpty()) {
                continue;
            }
            String[] parts = group.substring(0, group.length() - 1).split("\\.", -1);
            boolean entries = parts.length > 1;
            for (int i = 1; i < parts.length; i++) {
                entries &= ENTRY.matcher(parts[i]).matches();
            }
            if (!entries || !EPOCH.matcher(parts[0]).matches()) {
                return false;
            }
        }
        return true;
    }
}
