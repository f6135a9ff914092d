package dev.fanfare.gateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Members of a JSON object, checked. Any thread. */
final class Params {
    private Params() {}

    /** A member that must be a text. */
    static String text(JsonNode params, String name) throws ApiError {
        String value = textOrNull(params, name);
        if (value == null) {
            throw ApiError.bad("'%s' must be a text that is not empty".formatted(name));
        }
        return value;
    }

    /** A member that may be a text; null if it is not there, null or empty. */
    static @Nullable String textOrNull(JsonNode params, String name) throws ApiError {
        JsonNode value = params.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (!value.isTextual()) {
            throw ApiError.bad("'%s' must be a text".formatted(name));
        }
        return value.textValue().isEmpty() ? null : value.textValue();
    }

    /** A member that may be a whole number; {@code or} if it is not there or null. */
    static long integer(JsonNode params, String name, long or, long least, long most) throws ApiError {
        JsonNode value = params.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return or;
        }
        if (!value.isIntegralNumber()
                || !value.canConvertToLong()
                || value.longValue() < least
                || value.longValue() > most) {
            throw ApiError.bad("'%s' must be a whole number from %d to %d".formatted(name, least, most));
        }
        return value.longValue();
    }

    /** A member in base 64, which must be text below. */
    static byte[] base64(String name, String value) throws ApiError {
        String words = "'%s' must be UTF-8 text in base 64; streams carry text only".formatted(name);
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(value);
        } catch (IllegalArgumentException wrong) {
            throw ApiError.bad(words);
        }
        Utf8.require(bytes, 0, bytes.length, words);
        return bytes;
    }
}
