package dev.fanfare.gateway.transport;

import dev.fanfare.gateway.http.HttpProblem;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import org.jspecify.annotations.Nullable;

/**
 * A request that has come to its end. Its body is not kept: no route reads one.
 *
 * @param head the request line and the header fields
 * @param problem what is wrong with it, or null
 */
record Request(HttpRequest head, @Nullable HttpProblem problem) {
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

    /**
     * The decoded path, also of a target in absolute form, which every server must accept (RFC 9112 §3.2.2).
     *
     * @throws IllegalArgumentException if an escape is broken
     */
    String path() {
        String target = head.uri();
        if (!target.startsWith("/")) {
            int query = target.indexOf('?');
            String beforeQuery = query < 0 ? target : target.substring(0, query);
            int authority = beforeQuery.indexOf("://");
            if (authority > 0) {
                int path = beforeQuery.indexOf('/', authority + 3);
                target = path < 0 ? "/" : beforeQuery.substring(path);
            }
        }
        return new QueryStringDecoder(target).path();
    }
}
