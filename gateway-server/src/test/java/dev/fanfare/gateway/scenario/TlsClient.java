package dev.fanfare.gateway.scenario;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;

/** A TLS client by Netty, for what the JDK's does not do. */
final class TlsClient {
    private TlsClient() {}

    /** The future of the handshake tells of failures. */
    private static final class Silent extends ChannelInboundHandlerAdapter {
        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {}
    }

    /** Connects, shakes hands and leaves; fails as the handshake does. */
    static void shakeHands(SslContext context, int port) throws IOException {
        EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try {
            Channel channel = new Bootstrap()
                    .group(loop)
                    .channel(NioSocketChannel.class)
                    .handler(new ChannelInitializer<Channel>() {
                        @Override
                        protected void initChannel(Channel opened) {
                            opened.pipeline()
                                    .addLast(context.newHandler(opened.alloc()))
                                    .addLast(new Silent());
                        }
                    })
                    .connect("127.0.0.1", port)
                    .syncUninterruptibly()
                    .channel();
            var handshake =
                    channel.pipeline().get(SslHandler.class).handshakeFuture().awaitUninterruptibly();
            channel.close().awaitUninterruptibly();
            if (handshake.cause() instanceof IOException refused) {
                throw refused;
            } else if (handshake.cause() != null) {
                throw new AssertionError(handshake.cause());
            }
        } finally {
            loop.shutdownGracefully(0, 1, java.util.concurrent.TimeUnit.SECONDS).awaitUninterruptibly();
        }
    }
}
