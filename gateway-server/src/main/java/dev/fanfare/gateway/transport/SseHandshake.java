package dev.fanfare.gateway.transport;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.fanfare.gateway.http.HttpProblem;
import dev.fanfare.gateway.http.HttpReply;
import dev.fanfare.gateway.http.HttpRouter;
import dev.fanfare.gateway.wire.SharedFrame;
import dev.fanfare.gateway.wire.SseWire;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;

/**
 * The head of an SSE response, and its first lines, made once: a comment, so that proxies pass the head on at once, and
 * {@code retry:} (WHATWG HTML §9.2.5). {@code X-Accel-Buffering} and {@code no-transform} keep nginx and others from
 * holding events back. Immutable; event loop.
 */
final class SseHandshake {
    private static final String TYPE = "text/event-stream; charset=utf-8";
    private static final String CACHING = "no-store, no-transform";

    private final SharedFrame chunked;
    private final SharedFrame plain;

    SseHandshake(long retryMillis) {
        String first =
                new String(SseWire.comment("welcome"), US_ASCII) + new String(SseWire.retry(retryMillis), US_ASCII);
        chunked = SharedFrame.of(SseWire.chunk(first.getBytes(US_ASCII)));
        plain = SharedFrame.of(first.getBytes(US_ASCII));
    }

    /**
     * How the stream begins; in chunks if the protocol of the request has them.
     *
     * @throws HttpProblem 405 for another method than GET
     */
    StreamHead accept(Request request) throws HttpProblem {
        HttpRouter.requireGet(request.head().method(), "/sse", "GET");
        HttpVersion version = request.isHttp10() ? HttpVersion.HTTP_1_0 : HttpVersion.HTTP_1_1;
        HttpResponse response = new DefaultHttpResponse(version, HttpResponseStatus.OK);
        HttpHeaders headers = response.headers();
        headers.add("Content-Type", TYPE)
                .add("Cache-Control", CACHING)
                .add("X-Accel-Buffering", "no")
                .add("X-Content-Type-Options", "nosniff")
                .add("Referrer-Policy", "no-referrer");
        if (!request.hasChunks()) {
            headers.add("Connection", HttpHeaderValues.CLOSE); // the body ends with the connection
            return new StreamHead(response, plain);
        }
        headers.add("Connection", HttpHeaderValues.KEEP_ALIVE).add("Transfer-Encoding", HttpHeaderValues.CHUNKED);
        return new StreamHead(response, chunked);
    }

    /** A stream that ends at once; {@code goodbye} tells the client when to come back. */
    HttpReply comeBack(byte[] goodbye) {
        return HttpReply.ok(TYPE, goodbye)
                .with(HttpHeaderNames.CACHE_CONTROL, CACHING)
                .with(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE.toString());
    }

    /** Only when no event loop runs any more. */
    void release() {
        chunked.release();
        plain.release();
    }
}
