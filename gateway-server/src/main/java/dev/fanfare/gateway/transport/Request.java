package dev.fanfare.gateway.transport;

import dev.fanfare.gateway.auth.Principal;
import dev.fanfare.gateway.channel.ChannelsConfig;
import dev.fanfare.gateway.http.HttpCall;
import dev.fanfare.gateway.http.HttpProblem;
import dev.fanfare.gateway.http.Origins;
import dev.fanfare.gateway.session.StreamRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request that has come to its end.
 *
 * @param head the request line and the header fields
 * @param body what it carried
 * @param lease for a long body, until the request is answered
 * @param problem what is wrong with it, or null
 */
@SuppressWarnings("ArrayRecordComponent") // made once, read once, never compared
record Request(
        HttpRequest head,
        byte[] body,
        Bodies.@Nullable Lease lease,
        @Nullable HttpProblem problem) {
    /** Its body is not needed any more; may be called again. */
    void done() {
        if (lease != null) {
            lease.end();
        }
    }

    /** Bytes that it holds beside a body that is counted elsewhere, about. */
    int weight() {
        int weight = head.uri().length() + (lease == null ? body.length : 0);
        for (Map.Entry<String, String> field : head.headers()) {
            weight += field.getKey().length() + field.getValue().length();
        }
        return weight;
    }

    boolean isHead() {
        return head.method().equals(HttpMethod.HEAD);
    }

    boolean keepsAlive() {
        return problem == null && HttpUtil.isKeepAlive(head);
    }

    /** Whether the client takes a connection for closed unless the answer says otherwise. */
    boolean isHttp10() {
        return head.protocolVersion().compareTo(HttpVersion.HTTP_1_1) < 0;
    }

    /** Whether a body of unknown length comes in chunks (RFC 9112 §7.1): HTTP/1.1 only. */
    boolean hasChunks() {
        return !isHttp10() && !(head instanceof Http2Request);
    }

    /**
     * The decoded path, also of a target in absolute form, which every server must accept (RFC 9112 §3.2.2).
     *
     * @throws IllegalArgumentException if an escape is broken
     */
    String path() {
        return new QueryStringDecoder(target()).path();
    }

    /**
     * The parameters of the query.
     *
     * @throws IllegalArgumentException if an escape is broken
     */
    Map<String, List<String>> query() {
        return new QueryStringDecoder(target()).parameters();
    }

    /** Which channels a stream is asked for. */
    StreamRequest stream(Principal who, boolean webSocket, ChannelsConfig channels) throws HttpProblem {
        return StreamRequest.of(who, query(), head.headers().get("Last-Event-ID"), webSocket, channels);
    }

    /** As a route sees it. */
    HttpCall call(InetSocketAddress from, Origins.@Nullable Visit page) {
        return new HttpCall(head.method(), path(), query(), head.headers(), body, from, page);
    }

    private String target() {
        String target = head.uri();
        if (target.startsWith("/")) {
            return target;
        }
        int query = target.indexOf('?');
        String beforeQuery = query < 0 ? target : target.substring(0, query);
        int authority = beforeQuery.indexOf("://");
        if (authority <= 0) {
            return target;
        }
        int path = beforeQuery.indexOf('/', authority + 3);
        return path < 0 ? "/" + target.substring(beforeQuery.length()) : target.substring(path);
    }
}
