package dev.fanfare.gateway.hub;

import dev.fanfare.gateway.wire.SharedFrame;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The last step of the fan-out: one frame to one connection. Called on the connection's event loop. */
public interface FrameWriter {
    /**
     * Sends {@code frame}, without keeping it or taking over the caller's reference.
     *
     * @return null if the kernel has all of it; otherwise the future of the rest, which waits in the channel
     * @throws IOException if the connection is broken
     */
    @Nullable
    ChannelFuture write(Channel channel, SharedFrame frame) throws IOException;

    /**
     * Sends {@code bytes} that are for this connection alone, and takes over the caller's reference.
     *
     * @return null if the kernel has all of it; otherwise the future of the rest, which waits in the channel
     * @throws IOException if the connection is broken
     */
    @Nullable
    ChannelFuture write(Channel channel, ByteBuf bytes) throws IOException;

    /** Whether what waits on {@code channel} waits for its own client, and not for another with whom it shares a connection. */
    default boolean waitsForItself(Channel channel) {
        return true;
    }
}
