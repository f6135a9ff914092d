package dev.fanfare.gateway.transport;

import dev.fanfare.gateway.hub.Subscriber;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;

/** The only handler of an SSE stream: nothing is expected from the client, so what comes is thrown away. Event loop. */
final class SseHandler extends ChannelInboundHandlerAdapter {
    private final Subscriber subscriber;

    SseHandler(Subscriber subscriber) {
        this.subscriber = subscriber;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ReferenceCountUtil.release(message);
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
