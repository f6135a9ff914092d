package dev.fanfare.gateway.transport;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.fanfare.gateway.http.HttpProblem;
import dev.fanfare.gateway.http.HttpRouter;
import dev.fanfare.gateway.wire.SharedFrame;
import dev.fanfare.gateway.wire.SseWire;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;

/**
 * The head of an SSE response with its first lines, made once: a comment, so that proxies pass the head on at once, and
 * {@code retry:} (WHATWG HTML §9.2.5). {@code X-Accel-Buffering} and {@code no-transform} keep nginx and others from
 * holding events back. Immutable; event loop.
 */
final class SseHandshake {
    private static final String HEADERS = "Content-Type: text/event-stream; charset=utf-8\r\n"
            + "Cache-Control: no-store, no-transform\r\nX-Accel-Buffering: no\r\nX-Content-Type-Options: nosniff\r\n";

    private final SharedFrame chunked;
    private final SharedFrame plain;

    SseHandshake(long retryMillis) {
        String first =
                new String(SseWire.comment("welcome"), US_ASCII) + new String(SseWire.retry(retryMillis), US_ASCII);
        byte[] chunk = SseWire.chunk(first.getBytes(US_ASCII));
        chunked = frame("HTTP/1.1 200 OK\r\n" + HEADERS + "Connection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n"
                + new String(chunk, US_ASCII));
        plain = frame("HTTP/1.0 200 OK\r\n" + HEADERS + "Connection: close\r\n\r\n" + first);
    }

    /** Whether the client understands chunks; an HTTP/1.0 client or proxy does not. */
    static boolean chunked(HttpRequest request) {
        return request.protocolVersion().compareTo(HttpVersion.HTTP_1_1) >= 0;
    }

    /**
     * The first bytes of the response.
     *
     * @throws HttpProblem 405 for another method than GET
     */
    SharedFrame accept(HttpRequest request) throws HttpProblem {
        HttpRouter.requireGet(request.method(), "/sse", "GET");
        return chunked(request) ? chunked : plain;
    }

    private static SharedFrame frame(String text) {
        return SharedFrame.of(text.getBytes(US_ASCII));
    }
}
