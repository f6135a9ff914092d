package dev.fanfare.gateway.hub;

import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;

/** How our half of a connection is closed: what was written before arrives whole, and the client may still speak. */
public final class HalfClose {
    private HalfClose() {}

    /** Closes our half of {@code channel}, to be called when the last bytes have left; all of it where there are no halves. */
    public static void of(Channel channel) {
        if (channel instanceof DuplexChannel duplex) {
            duplex.shutdownOutput();
        } else {
            channel.close();
        }
    }
}
