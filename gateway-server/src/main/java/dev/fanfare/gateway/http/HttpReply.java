package dev.fanfare.gateway.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A complete answer to a request. Immutable; any thread.
 *
 * @param status HTTP status
 * @param contentType of {@code body}
 * @param body may be empty
 * @param headers further headers
 */
@SuppressWarnings("ArrayRecordComponent") // made once, read once, never compared
public record HttpReply(HttpResponseStatus status, String contentType, byte[] body, Map<String, String> headers) {
    public static final String JSON = "application/json";

    /** 200 with {@code body}. */
    public static HttpReply ok(String contentType, byte[] body) {
        return new HttpReply(HttpResponseStatus.OK, contentType, body, Map.of());
    }

    /** {@code status} with a JSON text. */
    public static HttpReply json(HttpResponseStatus status, String json) {
        return new HttpReply(status, JSON, json.getBytes(UTF_8), Map.of());
    }

    /** {@code status} without a body. */
    public static HttpReply empty(HttpResponseStatus status) {
        return new HttpReply(status, "", new byte[0], Map.of());
    }

    /** The same reply with one more header. */
    public HttpReply with(CharSequence name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name.toString(), value);
        return new HttpReply(status, contentType, body, Map.copyOf(more));
    }

    /**
     * As Netty sends it.
     *
     * @param head whether the request was HEAD: same headers, no body (RFC 9110 §9.3.2)
     */
    public FullHttpResponse toResponse(boolean head) {
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, status, head ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(body));
        if (!status.equals(HttpResponseStatus.NO_CONTENT)) { // which must not tell a length (RFC 9110 §8.6)
            response.headers()
                    .set(HttpHeaderNames.CONTENT_TYPE, contentType)
                    .set(HttpHeaderNames.CONTENT_LENGTH, body.length);
        }
        response.headers()
                .set("X-Content-Type-Options", "nosniff")
                .set("Referrer-Policy", "no-referrer"); // a token may stand in the query
        headers.forEach((name, value) -> response.headers().set(name, value));
        if (!response.headers().contains(HttpHeaderNames.CACHE_CONTROL)) {
            response.headers().set(HttpHeaderNames.CACHE_CONTROL, "no-store");
        }
        return response;
    }
}
