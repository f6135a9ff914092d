package dev.fanfare.load.connect;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;

/**
 * A server to connect to, its name resolved once. Immutable.
 *
 * @param address where
 * @param host value of the {@code Host} header
 * @param base path in front of the SSE and WebSocket paths, without a trailing slash
 */
public record Target(InetSocketAddress address, String host, String base) {
    /**
     * Reads {@code http://host[:port][/base]}; {@code ws://} means the same.
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
        if (!"http".equalsIgnoreCase(uri.getScheme()) && !"ws".equalsIgnoreCase(uri.getScheme())) {
            throw new IllegalArgumentException(
                    "'" + url + "' must start with http:// (or ws://, which means the same)");
        }
        if (uri.getHost() == null || uri.getRawQuery() != null || uri.getRawUserInfo() != null) {
            throw new IllegalArgumentException("'" + url + "' must be http://host[:port][/base], nothing more");
        }
        int port = uri.getPort() < 0 ? 80 : uri.getPort();
        if (port == 0 || port > 65_535) {
            throw new IllegalArgumentException("'" + url + "' must name a port from 1 to 65535");
        }
        String path = uri.getRawPath() == null ? "" : uri.getRawPath();
        String base = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        try {
            InetAddress address = InetAddress.getByName(uri.getHost());
            return new Target(new InetSocketAddress(address, port), uri.getRawAuthority(), base);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("host '" + uri.getHost() + "' is unknown", e);
        }
    }

    /** Whether it is on 127.0.0.0/8, where we may take as many source addresses as we like. */
    boolean loopbackV4() {
        byte[] raw = address.getAddress().getAddress();
        return raw.length == 4 && raw[0] == 127;
    }
}
