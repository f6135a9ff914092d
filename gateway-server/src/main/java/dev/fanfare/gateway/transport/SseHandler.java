package dev.fanfare.gateway.transport;

import dev.fanfare.gateway.hub.Subscriber;
import dev.fanfare.gateway.metrics.CloseReason;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;

/**
 * The only handler of an SSE stream: nothing is expected from the client, so what comes is thrown away, and whoever sends much is
 * closed. Event loop.
 */
final class SseHandler extends ChannelInboundHandlerAdapter {
    private final Subscriber subscriber;

    /** Bytes that may still come. */
    private int left;

    SseHandler(Subscriber subscriber, int most) {
        this.subscriber = subscriber;
        this.left = most;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        int length = message instanceof ByteBuf bytes ? bytes.readableBytes() : 0;
        ReferenceCountUtil.release(message);
        left -= length;
        if (left < 0 && length > 0) {
            subscriber.close(CloseReason.FLOOD);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        subscriber.gone();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        subscriber.failed(cause);
    }
}
