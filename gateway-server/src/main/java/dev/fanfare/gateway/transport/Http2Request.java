package dev.fanfare.gateway.transport;

import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The head of a request that came over HTTP/2, in the words of HTTP/1.1. Event loop. */
final class Http2Request extends DefaultHttpRequest {
    private static final CharSequence PROTOCOL = Http2Headers.PseudoHeaderName.PROTOCOL.value();

    private final @Nullable CharSequence protocol;

    private Http2Request(HttpMethod method, String target, HttpHeaders headers, @Nullable CharSequence protocol) {
        super(HttpVersion.HTTP_1_1, method, target, headers);
        this.protocol = protocol;
    }

    /**
     * The head that {@code fields} say.
     *
     * @param maxTarget bytes that the target may have, as a request line
     * @throws Http2Exception if it is malformed (RFC 9113 §8.1.1)
     */
    static Http2Request of(int streamId, Http2Headers fields, int maxTarget) throws Http2Exception {
        CharSequence protocol = fields.getAndRemove(PROTOCOL); // RFC 8441 §4
        CharSequence method = fields.method();
        CharSequence path = fields.path();
        CharSequence authority = fields.authority();
        if (method == null
                || (protocol != null && !HttpMethod.CONNECT.asciiName().contentEquals(method))) {
            throw malformed(streamId, "the method does not fit");
        }
        Http2Request request;
        try {
            HttpMethod name = protocol == null ? HttpMethod.valueOf(method.toString()) : HttpMethod.GET;
            request = new Http2Request(name, path == null ? "*" : path.toString(), fields(fields), protocol);
        } catch (IllegalArgumentException unsound) {
            throw malformed(streamId, String.valueOf(unsound.getMessage()));
        }
        if (authority != null) { // RFC 9113 §8.3.1: it stands for Host
            request.headers().set(HttpHeaderNames.HOST, authority);
        }
        if (request.uri().length() > maxTarget) {
            request.setDecoderResult(DecoderResult.failure(new TooLongHttpLineException()));
        }
        return request;
    }

    /** Whether it opens a tunnel, to a host or to a protocol, instead of asking for something. */
    boolean isTunnel() {
        return protocol != null || method().equals(HttpMethod.CONNECT);
    }

    /** Whether it opens a WebSocket (RFC 8441). */
    boolean isWebSocket() {
        return protocol != null && "websocket".contentEquals(protocol);
    }

    private static HttpHeaders fields(Http2Headers fields) {
        HttpHeaders headers = new DefaultHttpHeaders();
        for (Map.Entry<CharSequence, CharSequence> field : fields) {
            CharSequence name = field.getKey();
            String before = HttpHeaderNames.COOKIE.contentEquals(name) ? headers.get(name) : null;
            if (before != null) { // may come in several fields (RFC 9113 §8.2.3)
                headers.set(name, before + "; " + field.getValue());
            } else if (name.charAt(0) != ':' && !HttpHeaderNames.TRANSFER_ENCODING.contentEquals(name)) {
                headers.add(name, field.getValue());
            }
        }
        return headers;
    }

    private static Http2Exception malformed(int streamId, String why) {
        return Http2Exception.streamError(streamId, Http2Error.PROTOCOL_ERROR, "malformed request: %s", why);
    }
}
