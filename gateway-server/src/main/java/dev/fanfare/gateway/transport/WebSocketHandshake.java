package dev.fanfare.gateway.transport;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.fanfare.gateway.http.HttpProblem;
import dev.fanfare.gateway.http.HttpRouter;
import dev.fanfare.gateway.wire.PermessageDeflate;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** The server's half of the opening handshake (RFC 6455 §4.2, RFC 8441 §5). Stateless; event loop. */
final class WebSocketHandshake {
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final String VERSION = "13";
    private static final int KEY_BYTES = 16;

    private WebSocketHandshake() {}

    /**
     * The compression that {@code request} offers and we accept; null if there is none.
     *
     * @throws HttpProblem 400 if the offer is malformed
     */
    static @Nullable PermessageDeflate deflate(HttpRequest request) throws HttpProblem {
        try {
            return PermessageDeflate.accept(request.headers().getAll(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS));
        } catch (IllegalArgumentException malformed) {
            throw bad("Sec-WebSocket-Extensions is malformed");
        }
    }

    /**
     * The response that accepts {@code request}.
     *
     * @param deflate the compression agreed on, if any
     * @throws HttpProblem 405, 400 or 426 if it is no valid opening handshake
     */
    static StreamHead accept(HttpRequest request, @Nullable PermessageDeflate deflate) throws HttpProblem {
        HttpRouter.requireGet(request.method(), "/ws", "GET");
        HttpHeaders headers = request.headers();
        boolean http2 = request instanceof Http2Request;
        if (http2 && !((Http2Request) request).isWebSocket()) {
            throw bad("over HTTP/2 a WebSocket begins with CONNECT and :protocol websocket (RFC 8441)");
        }
        if (request.protocolVersion().compareTo(HttpVersion.HTTP_1_1) < 0) {
            throw bad("a WebSocket handshake needs HTTP/1.1");
        }
        if (!http2 && !isUpgrade(headers)) {
            throw HttpProblem.of(
                            HttpResponseStatus.UPGRADE_REQUIRED,
                            "/ws speaks WebSocket: send Connection: Upgrade and Upgrade: websocket")
                    .with(HttpHeaderNames.UPGRADE, "websocket")
                    .with(HttpHeaderNames.SEC_WEBSOCKET_VERSION, VERSION);
        }
        String version = headers.get(HttpHeaderNames.SEC_WEBSOCKET_VERSION);
        if (!VERSION.equals(version)) {
            throw HttpProblem.of(
                            HttpResponseStatus.UPGRADE_REQUIRED,
                            "Sec-WebSocket-Version '%s' is not supported; allowed: 13".formatted(version))
                    .with(HttpHeaderNames.SEC_WEBSOCKET_VERSION, VERSION)
                    .with(HttpHeaderNames.UPGRADE, "websocket");
        }
        HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS);
        if (!http2) { // which has no key (RFC 8441 §5), and turns the status into 200
            response.headers()
                    .add("Upgrade", HttpHeaderValues.WEBSOCKET)
                    .add("Connection", "Upgrade")
                    .add("Sec-WebSocket-Accept", answer(headers.get(HttpHeaderNames.SEC_WEBSOCKET_KEY)));
        }
        if (deflate != null) {
            response.headers().add("Sec-WebSocket-Extensions", deflate.answer());
        }
        return new StreamHead(response, null);
    }

    private static boolean isUpgrade(HttpHeaders headers) {
        return headers.containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)
                && headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true);
    }

    private static String answer(@Nullable String key) throws HttpProblem {
        if (key == null || !isKey(key.trim())) {
            throw bad("Sec-WebSocket-Key must be 16 bytes in base64");
        }
        byte[] hash = sha1().digest((key.trim() + GUID).getBytes(US_ASCII));
        return Base64.getEncoder().encodeToString(hash);
    }

    private static boolean isKey(String key) {
        try {
            return Base64.getDecoder().decode(key).length == KEY_BYTES;
        } catch (IllegalArgumentException notBase64) {
            return false;
        }
    }

    private static MessageDigest sha1() {
        try {
            return MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-1", impossible);
        }
    }

    private static HttpProblem bad(String detail) {
        return HttpProblem.of(HttpResponseStatus.BAD_REQUEST, detail);
    }
}
