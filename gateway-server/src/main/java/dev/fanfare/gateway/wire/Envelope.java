package dev.fanfare.gateway.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.ByteArrayOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * What a client gets that cannot see a channel's name otherwise: one JSON object per message,
 * {@code {"channel","offset","epoch","data"}}. Written once and then thrown away; one thread.
 */
public final class Envelope {
    private static final int FRAME = 96;

    private final ByteArrayOutputStream out;

    /** Begins an object about {@code channel}. */
    public Envelope(String channel, int expectedLength) {
        out = new ByteArrayOutputStream(expectedLength + FRAME);
        add("{\"channel\":\"").add(channel).add("\""); // the characters of a name need no escape
    }

    /** Adds the position. */
    public Envelope at(long offset, String epoch) {
        return add(",\"offset\":")
                .add(Long.toString(offset))
                .add(",\"epoch\":\"")
                .add(epoch)
                .add("\"");
    }

    /** Adds a text, unless there is none. */
    public Envelope text(String name, @Nullable String value) {
        if (value != null) {
            add(",\"").add(name).add("\":");
            quoted(value);
        }
        return this;
    }

    /** Adds a member: {@code value} as it is if it is JSON, else as a JSON string. */
    public Envelope member(String name, byte[] value, boolean json) {
        add(",\"").add(name).add("\":");
        if (json) {
            out.writeBytes(value);
        } else {
            quoted(new String(value, UTF_8));
        }
        return this;
    }

    /** The finished object. */
    public byte[] end() {
        out.write('}');
        return out.toByteArray();
    }

    private Envelope add(String text) {
        out.writeBytes(text.getBytes(UTF_8));
        return this;
    }

    private void quoted(String text) {
        add("\"")
                .add(new String(JsonStringEncoder.getInstance().quoteAsString(text)))
                .add("\"");
    }
}
