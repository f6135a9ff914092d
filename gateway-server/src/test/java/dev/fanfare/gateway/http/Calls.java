package dev.fanfare.gateway.http;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;

/** Requests for tests of routes. */
public final class Calls {
    private Calls() {}

    public static HttpCall get() {
        return get(new DefaultHttpHeaders());
    }

    public static HttpCall get(HttpHeaders headers) {
        InetSocketAddress from = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1234);
        return new HttpCall(HttpMethod.GET, "/", Map.of(), headers, new byte[0], from, null);
    }

    public static HttpCall post(String path, HttpHeaders headers, byte[] body) {
        InetSocketAddress from = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1234);
        return new HttpCall(HttpMethod.POST, path, Map.of(), headers, body, from, null);
    }
}
