package dev.fanfare.gateway.hub;

import dev.fanfare.gateway.wire.SharedFrame;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** For every transport: through the channel's outbound buffer. */
public final class QueuedWriter implements FrameWriter {
    @Override
    public @Nullable ChannelFuture write(Channel channel, SharedFrame frame) throws IOException {
        return write(channel, frame.from(0));
    }

    @Override
    public @Nullable ChannelFuture write(Channel channel, ByteBuf bytes) throws IOException {
        assert channel.eventLoop().inEventLoop();
        ChannelFuture written = channel.writeAndFlush(bytes);
        if (!written.isDone()) {
            return written;
        }
        if (!written.isSuccess()) {
            throw new IOException(written.cause());
        }
        return null;
    }
}
