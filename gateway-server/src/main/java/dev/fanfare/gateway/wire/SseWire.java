package dev.fanfare.gateway.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Server-Sent Events as text (WHATWG HTML §9.2.5 and §9.2.6) and as chunks of an HTTP/1.1 body (RFC 9112 §7.1).
 * Thread: any.
 */
public final class SseWire {
    /** Ends a chunked body. */
    private static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(US_ASCII);

    private static final byte[] ID = "id: ".getBytes(US_ASCII);
    private static final byte[] EVENT = "event: ".getBytes(US_ASCII);
    private static final byte[] DATA = "data: ".getBytes(US_ASCII);

    /** A receiver ends a line at any of these. */
    private static final Pattern LINE_END = Pattern.compile("\r\n|\n|\r");

    private SseWire() {}

    /**
     * One event, with the empty line that dispatches it.
     *
     * @param id what the client sends back as {@code Last-Event-ID}, or null
     * @param type event type, or null for {@code message}
     * @param data any UTF-8 text; every line becomes a {@code data:} line
     */
    public static byte[] event(@Nullable String id, @Nullable String type, byte[] data) {
        ByteArrayOutputStream event = new ByteArrayOutputStream(data.length + 64);
        field(event, ID, id);
        field(event, EVENT, type);
        int from = 0;
        for (int i = 0; i <= data.length; i++) {
            if (i == data.length || data[i] == '\n' || data[i] == '\r') {
                event.writeBytes(DATA);
                event.write(data, from, i - from);
                event.write('\n');
                boolean pair = i + 1 < data.length && data[i] == '\r' && data[i + 1] == '\n';
                i += pair ? 1 : 0;
                from = i + 1;
            }
        }
        event.write('\n');
        return event.toByteArray();
    }

    /** An event without data: no client sees it, but its id is remembered (WHATWG HTML §9.2.6). */
    public static byte[] position(String id) {
        ByteArrayOutputStream event = new ByteArrayOutputStream(id.length() + 8);
        field(event, ID, id);
        event.write('\n');
        return event.toByteArray();
    }

    private static void field(ByteArrayOutputStream event, byte[] name, @Nullable String value) {
        if (value != null) {
            event.writeBytes(name);
            event.writeBytes(oneLine(value).getBytes(UTF_8));
            event.write('\n');
        }
    }

    /** A line every client ignores; it keeps proxies from closing an idle connection. */
    public static byte[] comment(String text) {
        return (": " + oneLine(text) + "\n\n").getBytes(UTF_8);
    }

    /** Tells the client how long to wait before it reconnects. */
    public static byte[] retry(long millis) {
        return ("retry: " + millis + "\n\n").getBytes(US_ASCII);
    }

    /** {@code body} as one chunk; an empty one is refused, because it would end the stream. */
    public static byte[] chunk(byte[] body) {
        if (body.length == 0) {
            throw new IllegalArgumentException("a chunk of nothing ends the body; see lastChunk");
        }
        return Bytes.join(
                (Integer.toHexString(body.length) + "\r\n").getBytes(US_ASCII), body, "\r\n".getBytes(US_ASCII));
    }

    /** The chunk that ends a body. */
    public static byte[] lastChunk() {
        return LAST_CHUNK.clone();
    }

    private static String oneLine(String text) {
        if (LINE_END.matcher(text).find() || text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("an SSE id, type or comment is one line without NUL");
        }
        return text;
    }
}
