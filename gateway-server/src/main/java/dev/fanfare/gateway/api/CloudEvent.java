package dev.fanfare.gateway.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * One CloudEvent (specification 1.0.2). Immutable; any thread.
 *
 * @param channel its subject, else its source
 * @param message type and data; source and id together are the idempotency key, as the specification means them
 */
record CloudEvent(String channel, Message message) {
    private static final byte[] NO_DATA = "null".getBytes(UTF_8);
    /** The longest idempotency key that is kept as it is. */
    private static final int LONG_KEY = 200;

    /** The value of an attribute; null if the event has none of that name. */
    @FunctionalInterface
    private interface Attributes {
        @Nullable
        String get(String name) throws ApiError;
    }

    /** Its data and whether that is JSON. */
    @SuppressWarnings("ArrayRecordComponent") // taken apart at once
    private record Data(byte[] bytes, boolean json) {}

    /** The event in the JSON event format. */
    static CloudEvent ofJson(Json json, JsonNode event) throws ApiError {
        if (!event.isObject()) {
            throw ApiError.bad("a CloudEvent must be a JSON object");
        }
        return of(name -> Params.textOrNull(event, name), data(json, event));
    }

    /** The event in binary mode: attributes in {@code ce-} headers, its data the body. */
    static CloudEvent ofHeaders(Json json, HttpHeaders headers, byte[] body) throws ApiError {
        Attributes attributes = name -> {
            String value = headers.get("ce-" + name);
            return value == null || value.isEmpty() ? null : decoded("ce-" + name, value);
        };
        Data data = body.length == 0
                ? new Data(NO_DATA, true)
                : declared(json, headers.get(HttpHeaderNames.CONTENT_TYPE), body);
        return of(attributes, data);
    }

    private static CloudEvent of(Attributes attributes, Data data) throws ApiError {
        String version = required(attributes, "specversion");
        if (!version.equals("1.0")) {
            throw ApiError.bad("'specversion' must be 1.0");
        }
        String source = required(attributes, "source");
        String once = source + " " + required(attributes, "id");
        Message.Options options =
                Message.Options.of(required(attributes, "type"), null, once.length() > LONG_KEY ? digest(once) : once);
        String subject = attributes.get("subject");
        return new CloudEvent(subject == null ? source : subject, Message.of(data.bytes(), data.json(), options));
    }

    private static String required(Attributes attributes, String name) throws ApiError {
        String value = attributes.get(name);
        if (value == null) {
            throw ApiError.bad("a CloudEvent must have '%s', and it must not be empty".formatted(name));
        }
        return value;
    }

    private static Data data(Json json, JsonNode event) throws ApiError {
        String type = Params.textOrNull(event, "datacontenttype");
        JsonNode data = event.path("data");
        String base64 = Params.textOrNull(event, "data_base64");
        if (base64 != null) {
            if (!data.isMissingNode()) {
                throw ApiError.bad("a CloudEvent must not have both 'data' and 'data_base64'");
            }
            return declared(json, type, Params.base64("data_base64", base64));
        }
        if (data.isMissingNode()) {
            return new Data(NO_DATA, true);
        }
        byte[] raw = Json.raw(data);
        String text = type == null || isJson(type) ? null : json.textOf(raw);
        return text == null ? new Data(raw, true) : new Data(text.getBytes(UTF_8), false);
    }

    /** Data whose {@code type} was said, or was not; then it is JSON if it looks so. */
    private static Data declared(Json json, @Nullable String type, byte[] bytes) throws ApiError {
        Utf8.require(bytes, 0, bytes.length, Publisher.TEXT_ONLY);
        if (type != null && !isJson(type)) {
            return new Data(bytes, false);
        }
        boolean looksSo = json.isJson(bytes);
        if (type != null && !looksSo) {
            throw ApiError.bad("the data is not JSON, but its content type says so");
        }
        return new Data(bytes, looksSo);
    }

    private static boolean isJson(String contentType) {
        String type = CloudEventsRoute.mediaType(contentType);
        return type.endsWith("/json") || type.endsWith("+json");
    }

    /** A header value without quotes and percent escapes (HTTP binding §3.1.3.2). */
    private static String decoded(String name, String value) throws ApiError {
        String plain = value.length() > 1 && value.startsWith("\"") && value.endsWith("\"")
                ? value.substring(1, value.length() - 1).replaceAll("\\\\(.)", "$1")
                : value;
        if (plain.indexOf('%') < 0) {
            return plain;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(plain.length());
        for (int i = 0; i < plain.length(); i++) {
            char c = plain.charAt(i);
            boolean escape = c == '%'
                    && i + 2 < plain.length()
                    && HexFormat.isHexDigit(plain.charAt(i + 1))
                    && HexFormat.isHexDigit(plain.charAt(i + 2));
            if (escape) {
                bytes.write(HexFormat.fromHexDigits(plain, i + 1, i + 3));
                i += 2;
            } else {
                bytes.writeBytes(String.valueOf(c).getBytes(UTF_8));
            }
        }
        byte[] utf8 = bytes.toByteArray();
        Utf8.require(utf8, 0, utf8.length, "the header %s does not hold UTF-8 in percent escapes".formatted(name));
        return new String(utf8, UTF_8);
    }

    private static String digest(String text) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8)));
        } catch (NoSuchAlgorithmException impossible) { // every JVM has it
            throw new IllegalStateException(impossible);
        }
    }
}
