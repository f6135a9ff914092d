package dev.fanfare.gateway.address;

import java.net.InetSocketAddress;

/**
 * Who sent a request, and under which name it was sent to the gateway: by what a trusted proxy says, otherwise by the connection.
 *
 * @param from the client; its port is 0 if nobody said
 * @param readable false if a trusted proxy named the client in a way that nobody can read: then {@code from} is the proxy
 * @param scheme {@code http} or {@code https}, as the client used it
 * @param authority host, and port if it was given, as the client used them; empty if it named none
 */
public record Caller(InetSocketAddress from, boolean readable, String scheme, String authority) {
    /** Whether the client's own connection was encrypted, also if a trusted proxy's is not. */
    public boolean isSecure() {
        return scheme.equals("https");
    }

    /** Under which its connections are counted. */
    public long key() {
        return readable && from.getAddress() != null ? AddressKey.of(from.getAddress()) : AddressKey.UNREADABLE;
    }
}
