package dev.fanfare.gateway.transport;

import dev.fanfare.gateway.hub.FrameWriter;
import dev.fanfare.gateway.hub.QueuedWriter;
import dev.fanfare.gateway.wire.SharedFrame;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http2.Http2StreamChannel;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * For streams of HTTP/2: into the batch of the connection while windows and socket take what comes, which counts as sent
 * because it leaves before the event loop does anything else; otherwise through the flow controller, where it waits. Event loop.
 */
final class Http2Writer implements FrameWriter {
    private final QueuedWriter waiting = new QueuedWriter();

    @Override
    public @Nullable ChannelFuture write(Channel channel, SharedFrame frame) throws IOException {
        boolean sent = Http2Gate.of(channel).send((Http2StreamChannel) channel, frame);
        return sent ? null : waiting.write(channel, frame);
    }

    @Override
    public @Nullable ChannelFuture write(Channel channel, ByteBuf bytes) throws IOException {
        boolean sent = false;
        try {
            sent = Http2Gate.of(channel).send((Http2StreamChannel) channel, bytes);
            return sent ? null : waiting.write(channel, bytes.retain());
        } finally {
            bytes.release();
        }
    }

    @Override
    public boolean waitsForItself(Channel channel) {
        return Http2Gate.of(channel).waitsForItself((Http2StreamChannel) channel);
    }
}
