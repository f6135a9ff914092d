package dev.fanfare.gateway.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Server-Sent Events as text (WHATWG HTML §9.2.5 and §9.2.6) and as chunks of an HTTP/1.1 body (RFC 9112 §7.1).
 * Thread: any.
 */
public final class SseWire {
    /** Ends a chunked body. */
    private static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(US_ASCII);

    /** A receiver ends a line at any of these, so a payload is split at all of them. */
    private static final Pattern LINE_END = Pattern.compile("\r\n|\n|\r");

    private SseWire() {}

    /**
     * One event, with the empty line that dispatches it.
     *
     * @param id what the client sends back as {@code Last-Event-ID}, or null
     * @param type event type, or null for {@code message}
     * @param data any text; every line becomes a {@code data:} line
     */
    public static byte[] event(@Nullable String id, @Nullable String type, String data) {
        StringBuilder event = new StringBuilder(data.length() + 48);
        if (id != null) {
            event.append("id: ").append(oneLine(id)).append('\n');
        }
        if (type != null) {
            event.append("event: ").append(oneLine(type)).append('\n');
        }
        for (String line : LINE_END.split(data, -1)) {
            event.append("data: ").append(line).append('\n');
        }
        return event.append('\n').toString().getBytes(UTF_8);
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
