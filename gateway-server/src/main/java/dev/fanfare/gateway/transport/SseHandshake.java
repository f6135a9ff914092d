package dev.fanfare.gateway.transport;

import dev.fanfare.gateway.http.AcceptEncoding;
import dev.fanfare.gateway.http.HttpProblem;
import dev.fanfare.gateway.http.HttpReply;
import dev.fanfare.gateway.http.HttpRouter;
import dev.fanfare.gateway.wire.ContentCoding;
import dev.fanfare.gateway.wire.SharedFrame;
import dev.fanfare.gateway.wire.SseWire;
import dev.fanfare.gateway.wire.WireFormat;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.io.ByteArrayOutputStream;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The head of an SSE response and its first lines: a comment, so that proxies pass the head on at once, and
 * {@code retry:} (WHATWG HTML §9.2.5). {@code X-Accel-Buffering} and {@code no-transform} keep nginx and others from
 * holding events back. Immutable; event loop.
 */
final class SseHandshake {
    private static final String TYPE = "text/event-stream; charset=utf-8";
    private static final String CACHING = "no-store, no-transform";

    /** What a client may have beside identity; of those it likes equally the first. */
    private final List<ContentCoding> codings;

    /** How the body begins. */
    private final Map<WireFormat, SharedFrame> starts = new EnumMap<>(WireFormat.class);

    SseHandshake(long retryMillis, List<ContentCoding> codings) {
        this.codings = codings;
        ByteArrayOutputStream first = new ByteArrayOutputStream();
        first.writeBytes(SseWire.comment("welcome"));
        first.writeBytes(SseWire.retry(retryMillis));
        for (ContentCoding coding : ContentCoding.values()) {
            for (WireFormat format : List.of(WireFormat.sse(coding, true), WireFormat.sse(coding, false))) {
                starts.put(format, SharedFrame.of(format.first(first.toByteArray())));
            }
        }
    }

    /**
     * The coding of a response: what the client likes best of what is configured.
     *
     * @param request its headers
     * @throws HttpProblem 406 if the client takes none of them and not even identity
     */
    ContentCoding coding(HttpHeaders request) throws HttpProblem {
        List<String> fields = request.getAll(HttpHeaderNames.ACCEPT_ENCODING);
        return fields.isEmpty() ? ContentCoding.IDENTITY : best(AcceptEncoding.of(fields));
    }

    private ContentCoding best(AcceptEncoding accepted) throws HttpProblem {
        ContentCoding best = ContentCoding.IDENTITY;
        int most = 0;
        for (ContentCoding coding : codings) {
            if (accepted.weight(coding.token()) > most) {
                best = coding;
                most = accepted.weight(coding.token());
            }
        }
        if (most == 0 && accepted.identityWeight() == 0) {
            String allowed = Stream.concat(Stream.of(ContentCoding.IDENTITY), codings.stream())
                    .map(ContentCoding::token)
                    .collect(Collectors.joining(", "));
            throw HttpProblem.of(
                    HttpResponseStatus.NOT_ACCEPTABLE,
                    "Accept-Encoding rules out every coding there is here; allowed: " + allowed);
        }
        return accepted.identityWeight() > most ? ContentCoding.IDENTITY : best;
    }

    /**
     * How the stream begins; in chunks if the protocol of the request has them.
     *
     * @throws HttpProblem 405 for another method than GET
     */
    StreamHead accept(Request request, ContentCoding coding) throws HttpProblem {
        HttpRouter.requireGet(request.head().method(), "/sse", "GET");
        HttpVersion version = request.isHttp10() ? HttpVersion.HTTP_1_0 : HttpVersion.HTTP_1_1;
        HttpResponse response = new DefaultHttpResponse(version, HttpResponseStatus.OK);
        HttpHeaders headers = response.headers();
        headers.add("Content-Type", TYPE)
                .add("Cache-Control", CACHING)
                .add("X-Accel-Buffering", "no")
                .add("X-Content-Type-Options", "nosniff")
                .add("Referrer-Policy", "no-referrer");
        if (!codings.isEmpty()) {
            headers.add("Vary", "Accept-Encoding");
        }
        if (coding != ContentCoding.IDENTITY) {
            headers.add("Content-Encoding", coding.token());
        }
        boolean chunks = request.hasChunks();
        headers.add(
                "Connection",
                chunks ? HttpHeaderValues.KEEP_ALIVE : HttpHeaderValues.CLOSE); // which then ends the body
        if (chunks) {
            headers.add("Transfer-Encoding", HttpHeaderValues.CHUNKED);
        }
        return new StreamHead(response, Objects.requireNonNull(starts.get(WireFormat.sse(coding, chunks))));
    }

    /** A stream that ends at once; {@code goodbye} tells the client when to come back. */
    HttpReply comeBack(byte[] goodbye) {
        return HttpReply.ok(TYPE, goodbye)
                .with(HttpHeaderNames.CACHE_CONTROL, CACHING)
                .with(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE.toString());
    }

    /** Only when no event loop runs any more. */
    void release() {
        starts.values().forEach(SharedFrame::release);
    }
}
