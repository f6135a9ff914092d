package dev.fanfare.gateway.hub;

import dev.fanfare.gateway.wire.SharedFrame;
import io.netty.buffer.ByteBuf;
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
        int sent = send(channel, frame.address(), frame.length());
        return sent == frame.length() ? null : channel.writeAndFlush(frame.from(sent));
    }

    @Override
    public @Nullable ChannelFuture write(Channel channel, ByteBuf bytes) throws IOException {
        int length = bytes.readableBytes();
        int sent;
        try {
            sent = send(channel, SharedFrame.addressOf(bytes) + bytes.readerIndex(), length);
        } catch (IOException | RuntimeException broken) {
            bytes.release();
            throw broken;
        }
        if (sent == length) {
            bytes.release();
            return null;
        }
        return channel.writeAndFlush(bytes.skipBytes(sent));
    }

    /** What the kernel took; nothing if something waits already. */
    private static int send(Channel channel, long address, int length) throws IOException {
        assert channel.eventLoop().inEventLoop();
        ChannelOutboundBuffer waiting = channel.unsafe().outboundBuffer();
        if (waiting == null) {
            throw new ClosedChannelException();
        }
        if (waiting.totalPendingWriteBytes() > 0) {
            return 0;
        }
        Socket socket = (Socket) ((UnixChannel) channel).fd();
        return socket.sendAddress(address, 0, length);
    }
}
