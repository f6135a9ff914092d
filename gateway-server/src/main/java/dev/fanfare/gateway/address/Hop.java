package dev.fanfare.gateway.address;

import java.net.InetSocketAddress;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What one proxy said of the request it received.
 *
 * @param address from where; null if it keeps that to itself
 * @param scheme how; empty if it did not say
 * @param authority under which name; empty if it did not say
 */
record Hop(@Nullable InetSocketAddress address, String scheme, String authority) {
    /** RFC 7239 §6.2 and §6.3, with or without a port. */
    private static final Pattern HIDDEN = Pattern.compile("(?i:unknown|_[a-z0-9._-]+)(:(\\d{1,5}|_[A-Za-z0-9._-]+))?");
    /** RFC 7239 §6: an address whose port is hidden. */
    private static final Pattern HIDDEN_PORT = Pattern.compile(":_[A-Za-z0-9._-]+$");

    /**
     * Reads the name of a node.
     *
     * @throws MalformedForwardException if it is neither an address nor hidden
     */
    static @Nullable InetSocketAddress node(String text) throws MalformedForwardException {
        if (text.isEmpty() || HIDDEN.matcher(text).matches()) {
            return null;
        }
        InetSocketAddress address =
                Literal.parseWithPort(HIDDEN_PORT.matcher(text).replaceFirst(""));
        if (address == null) {
            throw new MalformedForwardException();
        }
        return address;
    }

    /** The scheme in the words of HTTP; a proxy may say {@code wss} of a WebSocket. */
    static String scheme(String text) throws MalformedForwardException {
        return switch (text.toLowerCase(java.util.Locale.ROOT)) {
            case "http", "ws" -> "http";
            case "https", "wss" -> "https";
            case "" -> "";
            default -> throw new MalformedForwardException();
        };
    }
}
