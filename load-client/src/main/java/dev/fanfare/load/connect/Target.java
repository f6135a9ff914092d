package dev.fanfare.load.connect;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * A server to connect to, its name resolved once. Immutable.
 *
 * @param address where
 * @param tls whether the connection is encrypted
 * @param name the host as the URL has it: what its certificate must say
 * @param host value of the {@code Host} header
 * @param base path in front of the SSE and WebSocket paths, without a trailing slash
 */
public record Target(InetSocketAddress address, boolean tls, String name, String host, String base) {
    /**
     * Reads {@code http://host[:port][/base]} or {@code https://…}; {@code ws://} and {@code wss://} mean the same.
     *
     * @throws IllegalArgumentException naming the fault, when it is not such a URL or the host is unknown
     */
    public static Target parse(String url) {
        URI uri;
        try {
            uri = new URI(url);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("'" + url + "' is not a URL: " + e.getReason(), e);
        }
        boolean tls = isOneOf(uri.getScheme(), "https", "wss");
        if (!tls && !isOneOf(uri.getScheme(), "http", "ws")) {
            throw new IllegalArgumentException(
                    "'" + url + "' must start with http:// or https:// (or ws:// or wss://, which mean the same)");
        }
        if (uri.getHost() == null || uri.getRawQuery() != null || uri.getRawUserInfo() != null) {
            throw new IllegalArgumentException("'" + url + "' must be http[s]://host[:port][/base], nothing more");
        }
        int port = uri.getPort() < 0 ? (tls ? 443 : 80) : uri.getPort();
        if (port == 0 || port > 65_535) {
            throw new IllegalArgumentException("'" + url + "' must name a port from 1 to 65535");
        }
        String path = uri.getRawPath() == null ? "" : uri.getRawPath();
        String base = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        try {
            InetAddress address = InetAddress.getByName(uri.getHost());
            return new Target(new InetSocketAddress(address, port), tls, uri.getHost(), uri.getRawAuthority(), base);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("host '" + uri.getHost() + "' is unknown", e);
        }
    }

    private static boolean isOneOf(@Nullable String scheme, String one, String other) {
        return one.equalsIgnoreCase(scheme) || other.equalsIgnoreCase(scheme);
    }

    /** Whether it is on 127.0.0.0/8, where we may take as many source addresses as we like. */
    boolean loopbackV4() {
        byte[] raw = address.getAddress().getAddress();
        return raw.length == 4 && raw[0] == 127;
    }
}
