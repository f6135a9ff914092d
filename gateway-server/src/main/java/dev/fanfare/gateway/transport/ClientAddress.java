package dev.fanfare.gateway.transport;

import io.netty.channel.Channel;
import io.netty.channel.ServerChannel;
import io.netty.util.AttributeKey;
import java.net.InetSocketAddress;

/**
 * Whose connection it is: what a trusted proxy said in the PROXY protocol, otherwise the other end. Kept on the channel only where the
 * two differ. Any thread.
 */
final class ClientAddress {
    private static final AttributeKey<InetSocketAddress> PROXIED = AttributeKey.valueOf(ClientAddress.class, "PROXIED");
    /** Of a channel that has no address; it is nobody's, and not this machine's. */
    private static final InetSocketAddress NOBODY = new InetSocketAddress(0);

    private ClientAddress() {}

    /** Of a connection, or of the connection that carries an HTTP/2 stream. */
    static InetSocketAddress of(Channel channel) {
        Channel socket = isStream(channel) ? channel.parent() : channel;
        if (socket.hasAttr(PROXIED)) {
            return socket.attr(PROXIED).get();
        }
        return socket.remoteAddress() instanceof InetSocketAddress peer ? peer : NOBODY;
    }

    static void set(Channel socket, InetSocketAddress said) {
        socket.attr(PROXIED).set(said);
    }

    /** Whether that is a stream of a connection, and not a connection. */
    static boolean isStream(Channel channel) {
        return channel.parent() != null && !(channel.parent() instanceof ServerChannel);
    }
}
