package dev.fanfare.load;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.Closeable;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A push server that speaks HTTP/2 by Netty's codec, which the client does not use, and says what a test wants. */
public final class TestHttp2Server implements Closeable {
    /** What one stream gets to hear. */
    public interface Script {
        /** Speaks to stream {@code index}, counted from 0 in the order of arrival over all connections. */
        void speak(int index, Speaker speaker);
    }

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Channel listener;
    private final @Nullable SslContext tls;
    private final List<Http2Headers> requests = new CopyOnWriteArrayList<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger count = new AtomicInteger();
    private final long made = System.currentTimeMillis();

    /**
     * @param tls null for cleartext
     * @param settings what the server's SETTINGS say
     */
    public TestHttp2Server(@Nullable TestTls tls, Http2Settings settings, Script script) throws Exception {
        this.tls = tls == null
                ? null
                : SslContextBuilder.forServer(
                                tls.server().getKeyPair().getPrivate(),
                                tls.server().getCertificatePath())
                        .sslProvider(SslProvider.JDK)
                        .applicationProtocolConfig(new ApplicationProtocolConfig(
                                ApplicationProtocolConfig.Protocol.ALPN,
                                ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                                ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                                "h2"))
                        .build();
        listener = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        connections.incrementAndGet();
                        if (TestHttp2Server.this.tls != null) {
                            channel.pipeline().addLast(TestHttp2Server.this.tls.newHandler(channel.alloc()));
                        }
                        channel.pipeline()
                                .addLast(Http2FrameCodecBuilder.forServer()
                                        .initialSettings(settings)
                                        .build());
                        channel.pipeline().addLast(new Http2MultiplexHandler(new ChannelInitializer<Channel>() {
                            @Override
                            protected void initChannel(Channel stream) {
                                stream.pipeline().addLast(new OneStream(script));
                            }
                        }));
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .sync()
                .channel();
    }

    public TestHttp2Server(Script script) throws Exception {
        this(null, Http2Settings.defaultSettings(), script);
    }

    public String url() {
        return (tls == null ? "http" : "https") + "://127.0.0.1:"
                + ((InetSocketAddress) listener.localAddress()).getPort();
    }

    public List<Http2Headers> requests() {
        return requests;
    }

    public int connections() {
        return connections.get();
    }

    /** The tick of that number: the same text every time. */
    public String tick(long seq) {
        return "{\"seq\":" + seq + ",\"ts\":" + made + ",\"quotes\":[{\"symbol\":\"005930\",\"price\":71200}]}";
    }

    @Override
    public void close() {
        listener.close().syncUninterruptibly();
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
    }

    private final class OneStream extends ChannelInboundHandlerAdapter {
        private final Script script;

        private OneStream(Script script) {
            this.script = script;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object frame) {
            if (frame instanceof Http2HeadersFrame head) {
                requests.add(head.headers());
                script.speak(count.getAndIncrement(), new Speaker(ctx));
            }
        }
    }

    /** Writes to one stream. */
    public final class Speaker {
        private final ChannelHandlerContext ctx;

        private Speaker(ChannelHandlerContext ctx) {
            this.ctx = ctx;
        }

        /** Sends a response head; {@code more} are names and values. */
        public Speaker head(int status, boolean last, String... more) {
            Http2Headers headers = new DefaultHttp2Headers().status(Integer.toString(status));
            for (int i = 0; i < more.length; i += 2) {
                headers.add(more[i], more[i + 1]);
            }
            ctx.writeAndFlush(new DefaultHttp2HeadersFrame(headers, last));
            return this;
        }

        /** Opens the stream as it should be opened. */
        public Speaker open() {
            return head(200, false, "content-type", "text/event-stream;charset=utf-8", "cache-control", "no-store")
                    .text(": hi\n\n", false);
        }

        /** Sends the ticks of these numbers. */
        public Speaker ticks(long... numbers) {
            for (long number : numbers) {
                text("id: " + number + "\ndata: " + tick(number) + "\n\n", false);
            }
            return this;
        }

        public Speaker text(String text, boolean last) {
            return text(text, last, 0);
        }

        /** One DATA frame with padding. */
        public Speaker text(String text, boolean last, int padding) {
            ctx.writeAndFlush(
                    new DefaultHttp2DataFrame(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8), last, padding));
            return this;
        }

        public Speaker reset(Http2Error error) {
            ctx.writeAndFlush(new DefaultHttp2ResetFrame(error));
            return this;
        }

        /** Tells the connection that no more streams are taken; those that were asked for go on. */
        public Speaker goAway(Http2Error error) {
            ctx.channel().parent().writeAndFlush(new DefaultHttp2GoAwayFrame(error));
            return this;
        }

        /** Bytes past every codec, after what was written so far. */
        public Speaker raw(String hex) {
            ctx.channel()
                    .parent()
                    .pipeline()
                    .firstContext()
                    .writeAndFlush(Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(hex)));
            return this;
        }

        /** Ends the connection. */
        public Speaker hangUp() {
            ctx.channel().parent().close();
            return this;
        }

        /** Does something later, on the server's loop. */
        public void later(long millis, Runnable what) {
            loops.schedule(what, millis, TimeUnit.MILLISECONDS);
        }
    }
}
