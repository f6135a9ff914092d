package dev.fanfare.gateway.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.gateway.boot.RunningGateway;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2SettingsFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A connection that speaks HTTP/2 by prior knowledge, with Netty's codec for clients. Not for several threads. */
final class Http2Client implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 15;

    private final MultiThreadIoEventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final CompletableFuture<Http2Settings> settings = new CompletableFuture<>();
    private final BlockingQueue<GoAway> goAways = new LinkedBlockingQueue<>();
    private final List<Stream> streams = new ArrayList<>();
    private final Channel channel;

    /** What the gateway said at its end. */
    record GoAway(int lastStream, Http2Error error) {}

    private Http2Client(int port, Http2Settings own) {
        channel = new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel made) {
                        made.pipeline()
                                .addLast(Http2FrameCodecBuilder.forClient()
                                        .initialSettings(own)
                                        .decoupleCloseAndGoAway(true)
                                        .build())
                                .addLast(new Http2MultiplexHandler(new ChannelInboundHandlerAdapter()))
                                .addLast(new Watch());
                    }
                })
                .connect("127.0.0.1", port)
                .syncUninterruptibly()
                .channel();
    }

    static Http2Client to(RunningGateway gateway) {
        return withWindow(gateway, 1024 * 1024); // and twice as much for the connection
    }

    /** One that lets the gateway send so many bytes on a stream before it reads. */
    static Http2Client withWindow(RunningGateway gateway, int bytes) {
        return new Http2Client(gateway.port(), Http2Settings.defaultSettings().initialWindowSize(bytes));
    }

    /** What the gateway allows. */
    Http2Settings settings() throws Exception {
        return settings.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    GoAway goAway() throws Exception {
        GoAway next = goAways.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(next).as("GOAWAY").isNotNull();
        return next;
    }

    Channel channel() {
        return channel;
    }

    void awaitClosed() throws Exception {
        assertThat(channel.closeFuture().await(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .as("the gateway closed the connection")
                .isTrue();
    }

    /** Header fields of a request without a body. */
    static Http2Headers fields(String method, String path, String... more) {
        Http2Headers fields = new DefaultHttp2Headers()
                .method(method)
                .path(path)
                .scheme("http")
                .authority("localhost");
        for (int i = 0; i < more.length; i += 2) {
            fields.add(more[i], more[i + 1]);
        }
        return fields;
    }

    Stream get(String path, String... more) throws Exception {
        return open(true).send(fields("GET", path, more), true);
    }

    /** A stream on which nothing was sent; {@code reads} says whether it takes what comes and opens its window. */
    Stream open(boolean reads) throws Exception {
        settings();
        Stream stream = new Stream();
        Http2StreamChannel made = new Http2StreamChannelBootstrap(channel)
                .option(io.netty.channel.ChannelOption.AUTO_READ, reads)
                .handler(stream)
                .open()
                .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        stream.on = made;
        streams.add(stream);
        return stream;
    }

    @Override
    public void close() {
        streams.forEach(stream -> stream.on().close().awaitUninterruptibly()); // with what was not read
        channel.close().awaitUninterruptibly();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    /** One request and what comes back. */
    static final class Stream extends ChannelInboundHandlerAdapter {
        private static final byte[] END = {};

        private @Nullable Http2StreamChannel on;
        private final BlockingQueue<Http2Headers> heads = new LinkedBlockingQueue<>();
        private final BlockingQueue<byte[]> parts = new LinkedBlockingQueue<>();
        private final CompletableFuture<Http2Error> reset = new CompletableFuture<>();
        private byte[] part = END;
        private int at;

        Http2StreamChannel on() {
            return java.util.Objects.requireNonNull(on);
        }

        Stream send(Http2Headers fields, boolean last) {
            on().writeAndFlush(new DefaultHttp2HeadersFrame(fields, last)).syncUninterruptibly();
            return this;
        }

        Stream send(byte[] body, boolean last) {
            on().writeAndFlush(new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(body), last));
            return this;
        }

        void reset(Http2Error error) {
            on().writeAndFlush(new DefaultHttp2ResetFrame(error)).syncUninterruptibly();
        }

        /** Takes what has come, and opens the window for as much. */
        void read() {
            on().config().setAutoRead(true);
        }

        Http2Headers head() throws Exception {
            Http2Headers head = heads.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertThat(head).as("response").isNotNull();
            return head;
        }

        int status() throws Exception {
            return Integer.parseInt(head().status().toString());
        }

        /** The error with which the gateway reset the stream. */
        Http2Error resetBy() throws Exception {
            return reset.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }

        boolean wasReset() {
            return reset.isDone();
        }

        /** All bytes up to the proper end of the stream. */
        byte[] bytesToEnd() throws Exception {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            all.write(part, at, part.length - at);
            for (byte[] next = take(); next != END; next = take()) {
                all.writeBytes(next);
            }
            return all.toByteArray();
        }

        String textToEnd() throws Exception {
            return new String(bytesToEnd(), StandardCharsets.UTF_8);
        }

        /** The next byte; -1 at the proper end of the stream. */
        int nextByte() throws Exception {
            while (at == part.length) {
                part = take();
                at = 0;
                if (part == END) {
                    return -1;
                }
            }
            return part[at++] & 0xff;
        }

        /** The lines of the next SSE block that carries data. */
        List<String> nextEvent() throws Exception {
            while (true) {
                List<String> block = new ArrayList<>();
                for (String line = nextLine(); !line.isEmpty(); line = nextLine()) {
                    block.add(line);
                }
                if (block.stream().anyMatch(line -> line.startsWith("data: "))) {
                    return block;
                }
            }
        }

        /** The number of the next tick. */
        long nextSeq() throws Exception {
            List<String> event = nextEvent();
            while (event.contains("event: gap")) {
                event = nextEvent();
            }
            return SseStream.seqOf(event.get(event.size() - 1).substring("data: ".length()));
        }

        private String nextLine() throws Exception {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int next = nextByte(); next != '\n'; next = nextByte()) {
                assertThat(next).as("the stream goes on").isNotNegative();
                line.write(next);
            }
            return line.toString(StandardCharsets.UTF_8);
        }

        private byte[] take() throws Exception {
            byte[] next = parts.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (next == null) {
                throw new TimeoutException("nothing came; reset: " + reset.getNow(null));
            }
            return next;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            boolean end = false;
            if (message instanceof Http2HeadersFrame fields) {
                heads.add(fields.headers());
                end = fields.isEndStream();
            } else if (message instanceof Http2DataFrame data) {
                byte[] bytes = new byte[data.content().readableBytes()];
                data.content().readBytes(bytes);
                if (bytes.length > 0) {
                    parts.add(bytes);
                }
                end = data.isEndStream();
            }
            if (end) {
                parts.add(END);
            }
            ReferenceCountUtil.release(message);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof Http2ResetFrame frame) {
                reset.complete(Http2Error.valueOf(frame.errorCode()));
            }
            ReferenceCountUtil.release(event);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            reset.completeExceptionally(cause);
        }
    }

    /** What concerns the connection. */
    private final class Watch extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof Http2SettingsFrame frame) {
                settings.complete(frame.settings());
            } else if (message instanceof Http2GoAwayFrame frame) {
                goAways.add(new GoAway(frame.lastStreamId(), Http2Error.valueOf(frame.errorCode())));
            }
            ReferenceCountUtil.release(message);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            settings.completeExceptionally(cause);
        }
    }
}
