package dev.fanfare.gateway.channel;

import org.jspecify.annotations.Nullable;

/**
 * One message of a channel. Immutable; any thread.
 *
 * @param channel its name
 * @param position its place in the channel's stream; offset 0 for {@link Kind#JOIN} and {@link Kind#LEAVE}
 * @param content what was published
 * @param madeAtMillis epoch milliseconds when the gateway got it; delivery latency counts from here
 */
public record Publication(String channel, StreamPosition position, Content content, long madeAtMillis) {
    /** What a publication is. */
    public enum Kind {
        MESSAGE,
        /** Somebody subscribed; the data says who. */
        JOIN,
        /** Somebody left. */
        LEAVE
    }

    /**
     * What a publisher says.
     *
     * @param kind message, or who came and went
     * @param data UTF-8; not copied, nobody may change it
     * @param json whether {@code data} is a JSON text; else it is any text
     * @param type event type for SSE, or null
     * @param key in a conflating channel, what a newer publication replaces; null is a key as well
     */
    @SuppressWarnings("ArrayRecordComponent") // made once, never compared
    public record Content(
            Kind kind,
            byte[] data,
            boolean json,
            @Nullable String type,
            @Nullable String key) {
        /** A JSON text without type and key. */
        public static Content ofJson(byte[] data) {
            return new Content(Kind.MESSAGE, data, true, null, null);
        }
    }

    /** Its number in the channel. */
    public long offset() {
        return position.offset();
    }

    /** Whether it has a place in the stream. */
    public boolean isMessage() {
        return content.kind() == Kind.MESSAGE;
    }
}
