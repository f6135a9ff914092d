package dev.fanfare.gateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.gateway.channel.Publication;
import org.jspecify.annotations.Nullable;

/**
 * What a caller wants to say, to whichever channel. Immutable; any thread.
 *
 * @param content data, SSE event type, conflation key
 * @param idempotencyKey or null
 */
record Message(Publication.Content content, @Nullable String idempotencyKey) {
    private static final int MAX_KEY = 256;

    /** What is said beside the data: SSE event type, conflation key, idempotency key. Empty ones are none. */
    record Options(
            @Nullable String type,
            @Nullable String key,
            @Nullable String idempotencyKey) {
        /** Checks that each is short and on one line. */
        static Options of(@Nullable String type, @Nullable String key, @Nullable String once) throws ApiError {
            return new Options(checked("type", type), checked("key", key), checked("idempotency_key", once));
        }

        private static @Nullable String checked(String name, @Nullable String value) throws ApiError {
            if (value == null || value.isEmpty()) {
                return null;
            }
            if (value.length() > MAX_KEY || value.chars().anyMatch(c -> c < ' ')) {
                throw ApiError.bad("'%s' must have at most %d characters, none of them a control character"
                        .formatted(name, MAX_KEY));
            }
            return value;
        }
    }

    /** A message of {@code data}, which is UTF-8. */
    static Message of(byte[] data, boolean json, Options options) {
        return new Message(
                new Publication.Content(Publication.Kind.MESSAGE, data, json, options.type(), options.key()),
                options.idempotencyKey());
    }

    /** What the parameters of {@code publish} and {@code broadcast} say. */
    static Message of(JsonNode params) throws ApiError {
        Options options = Options.of(
                Params.textOrNull(params, "type"),
                Params.textOrNull(params, "key"),
                Params.textOrNull(params, "idempotency_key"));
        String base64 = Params.textOrNull(params, "b64data"); // libraries send it beside data: null
        if (base64 != null) {
            return of(Params.base64("b64data", base64), false, options);
        }
        JsonNode data = params.path("data");
        if (data.isMissingNode()) {
            throw ApiError.bad("'data' is missing: any JSON value");
        }
        return of(Json.raw(data), true, options);
    }
}
