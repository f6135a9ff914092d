package dev.fanfare.gateway.address;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** Addresses as they are written. A name is never looked up. Stateless; any thread. */
public final class Literal {
    private static final int HIGHEST_PORT = 65_535;

    private Literal() {}

    /** An IPv4 or IPv6 address without brackets, zone or port; an IPv4 address in IPv6 clothes is an IPv4 address. Null if it is none. */
    public static @Nullable InetAddress parse(String text) {
        if (text.startsWith("[") || text.indexOf('%') >= 0) {
            return null;
        }
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(text);
        try {
            return bytes == null ? null : InetAddress.getByAddress(bytes);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("neither 4 nor 16 bytes", impossible);
        }
    }

    /**
     * An address that may be in brackets and may be followed by a port: {@code 192.0.2.1}, {@code 192.0.2.1:80}, {@code 2001:db8::1},
     * {@code [2001:db8::1]}, {@code [2001:db8::1]:80}. The port is 0 if there is none. Null if it is no such thing.
     */
    static @Nullable InetSocketAddress parseWithPort(String text) {
        int end = text.startsWith("[") ? text.indexOf(']') : text.indexOf(':');
        boolean bare = !text.startsWith("[") && (end < 0 || text.indexOf(':', end + 1) >= 0); // or an IPv6 address
        if (bare) {
            return join(parse(text), 0);
        }
        if (end < 0) {
            return null;
        }
        String host = text.startsWith("[") ? text.substring(1, end) : text.substring(0, end);
        String rest = text.startsWith("[") ? text.substring(end + 1) : text.substring(end);
        boolean bracketsFit = text.startsWith("[") == (host.indexOf(':') >= 0);
        if (!bracketsFit || (!rest.isEmpty() && rest.charAt(0) != ':')) {
            return null;
        }
        int port = rest.isEmpty() ? 0 : port(rest.substring(1));
        return port < 0 ? null : join(parse(host), port);
    }

    private static @Nullable InetSocketAddress join(@Nullable InetAddress address, int port) {
        return address == null ? null : new InetSocketAddress(address, port);
    }

    private static int port(String text) {
        if (text.isEmpty() || text.length() > 5 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return -1;
        }
        int port = Integer.parseInt(text);
        return port > HIGHEST_PORT ? -1 : port;
    }
}
