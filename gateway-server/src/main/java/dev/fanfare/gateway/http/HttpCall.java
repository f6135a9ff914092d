package dev.fanfare.gateway.http;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request as a route sees it. Immutable; any thread.
 *
 * @param method HTTP method
 * @param path decoded
 * @param query parameters of the query
 * @param headers header fields
 * @param body what it carried
 * @param from the other end of the connection
 * @param page whose page sends it; null where that does not matter
 */
@SuppressWarnings("ArrayRecordComponent") // made once, read once, never compared
public record HttpCall(
        HttpMethod method,
        String path,
        Map<String, List<String>> query,
        HttpHeaders headers,
        byte[] body,
        InetSocketAddress from,
        Origins.@Nullable Visit page) {}
