package dev.fanfare.gateway.hub;

import dev.fanfare.gateway.wire.SharedFrame;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/**
 * For the epoll transport: {@code send(2)} straight from the shared frame while nothing waits in the channel, which
 * spares the walk through pipeline and outbound buffer; what the kernel does not take goes the ordinary way. Order is
 * kept because the short way is open only while the ordinary one is empty.
 */
public final class DirectWriter implements FrameWriter {
    @Override
    public @Nullable ChannelFuture write(Channel channel, SharedFrame frame) throws IOException {
        assert channel.eventLoop().inEventLoop();
        ChannelOutboundBuffer waiting = channel.unsafe().outboundBuffer();
        if (waiting == null) {
            throw new ClosedChannelException();
        }
        int sent = 0;
        if (waiting.totalPendingWriteBytes() == 0) {
            Socket socket = (Socket) ((UnixChannel) channel).fd();
            sent = socket.sendAddress(frame.address(), 0, frame.length());
            if (sent == frame.length()) {
                return null;
            }
        }
        return channel.writeAndFlush(frame.from(sent));
    }
}
