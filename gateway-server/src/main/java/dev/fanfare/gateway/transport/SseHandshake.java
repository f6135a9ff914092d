package dev.fanfare.gateway.transport;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.fanfare.gateway.http.HttpProblem;
import dev.fanfare.gateway.http.HttpReply;
import dev.fanfare.gateway.http.HttpRouter;
import dev.fanfare.gateway.wire.SseWire;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;

/**
 * The head of an SSE response with its first lines: a comment, so that proxies pass the head on at once, and
 * {@code retry:} (WHATWG HTML §9.2.5). {@code X-Accel-Buffering} and {@code no-transform} keep nginx and others from
 * holding events back. Immutable; event loop.
 */
final class SseHandshake {
    private static final String TYPE = "text/event-stream; charset=utf-8";
    private static final String CACHING = "no-store, no-transform";
    private static final String HEADERS = "Content-Type: " + TYPE + "\r\nCache-Control: " + CACHING
            + "\r\nX-Accel-Buffering: no\r\nX-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n";

    private final String chunked;
    private final String plain;
    private final String chunkedStart;
    private final String plainStart;

    SseHandshake(long retryMillis) {
        String first =
                new String(SseWire.comment("welcome"), US_ASCII) + new String(SseWire.retry(retryMillis), US_ASCII);
        byte[] chunk = SseWire.chunk(first.getBytes(US_ASCII));
        chunked = "HTTP/1.1 200 OK\r\n" + HEADERS + "Connection: keep-alive\r\nTransfer-Encoding: chunked\r\n";
        plain = "HTTP/1.0 200 OK\r\n" + HEADERS + "Connection: close\r\n";
        chunkedStart = "\r\n" + new String(chunk, US_ASCII);
        plainStart = "\r\n" + first;
    }

    /**
     * The first bytes of the response; without chunks for an HTTP/1.0 client or proxy, which does not understand them.
     *
     * @param more headers that depend on the request
     * @throws HttpProblem 405 for another method than GET
     */
    byte[] accept(Request request, HttpHeaders more) throws HttpProblem {
        HttpRouter.requireGet(request.head().method(), "/sse", "GET");
        StringBuilder head = new StringBuilder(384).append(request.isHttp10() ? plain : chunked);
        more.forEach(field -> head.append(field.getKey())
                .append(": ")
                .append(field.getValue())
                .append("\r\n"));
        return head.append(request.isHttp10() ? plainStart : chunkedStart)
                .toString()
                .getBytes(US_ASCII);
    }

    /** A stream that ends at once; {@code goodbye} tells the client when to come back. */
    HttpReply comeBack(byte[] goodbye) {
        return HttpReply.ok(TYPE, goodbye)
                .with(HttpHeaderNames.CACHE_CONTROL, CACHING)
                .with(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE.toString());
    }
}
