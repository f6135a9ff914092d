package dev.fanfare.gateway.hub;

import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;

/** How our half of a connection is closed: what was written before arrives whole, and the client may still speak. */
public final class HalfClose {
    private HalfClose() {}

    /**
     * Closes our half of {@code channel}, to be called when the last bytes have left; all of it where there are no halves. TLS says
     * so first (close_notify), or the client could not know that nothing was cut off.
     */
    public static void of(Channel channel) {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (tls == null) {
            tcp(channel);
        } else {
            tls.closeOutbound().addListener(said -> tcp(channel));
        }
    }

    private static void tcp(Channel channel) {
        if (channel instanceof DuplexChannel duplex) {
            duplex.shutdownOutput();
        } else {
            channel.close();
        }
    }
}
