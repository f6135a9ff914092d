package dev.fanfare.gateway.transport;

import dev.fanfare.gateway.address.Forwarding;
import dev.fanfare.gateway.auth.Principal;
import dev.fanfare.gateway.hub.Shard;
import dev.fanfare.gateway.hub.StreamProtocol;
import dev.fanfare.gateway.hub.Subscriber;
import dev.fanfare.gateway.hub.Wish;
import dev.fanfare.gateway.metrics.Refusal;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeadersFactory;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslHandler;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Every handler of every transport, in wire order: what a proxy says, TLS, HTTP. A connection begins as HTTP and may turn, once, into
 * an SSE or a WebSocket stream; then the HTTP handlers are gone and cost nothing more. Called on the connection's event loop.
 *
 * <p>Nothing encodes on the way out: streams send {@link dev.fanfare.gateway.wire.SharedFrame}s that are finished bytes.
 */
final class GatewayPipeline extends ChannelInitializer<Channel> {
    /** Bytes that a proxy may say beside the addresses in a PROXY protocol header; nobody reads them. */
    private static final int MAX_PROXY_EXTRAS = 2048;

    /** How many frames a stream takes before its loop looks after others; one object for all saves 100 bytes a stream. */
    private static final RecvByteBufAllocator STREAM_READS = new FixedRecvByteBufAllocator(2048).maxMessagesPerRead(16);

    private final HttpConfig config;
    private final WebSocketDecoderConfig frames;
    private final WebSocketDecoderConfig deflatedFrames;
    private final HttpEndpoints endpoints;
    private final Http2Streams streams;
    private final @Nullable TlsDoor door;

    /** {@code door} encrypts every connection; null leaves them plain. */
    GatewayPipeline(HttpConfig config, HttpEndpoints endpoints, @Nullable TlsDoor door) {
        this(
                config,
                endpoints,
                door,
                new Http2Streams(
                        config.http2().streams(Runtime.getRuntime().maxMemory()),
                        config.http2().maxAnswers(),
                        endpoints.metrics()));
    }

    private GatewayPipeline(HttpConfig config, HttpEndpoints endpoints, @Nullable TlsDoor door, Http2Streams streams) {
        this.config = config;
        this.endpoints = endpoints;
        this.door = door;
        this.streams = streams;
        this.frames = frames(config, false);
        this.deflatedFrames = frames(config, true);
    }

    private static WebSocketDecoderConfig frames(HttpConfig config, boolean deflate) {
        return WebSocketDecoderConfig.newBuilder()
                .maxFramePayloadLength(config.maxFrame())
                .allowExtensions(deflate)
                .expectMaskedFrames(true)
                .closeOnProtocolViolation(false) // WebSocketHandler closes, and counts
                .withUTF8Validator(false) // WebSocketHandler checks whole messages
                .build();
    }

    /** The same for another port; streams of HTTP/2 are counted together. */
    GatewayPipeline beside(HttpEndpoints others, @Nullable TlsDoor theirs) {
        return new GatewayPipeline(config, others, theirs, streams);
    }

    /** Who decides whether a connection is taken on. */
    Admission admission() {
        return endpoints.admission();
    }

    @Override
    protected void initChannel(Channel channel) {
        Refusal refusal = endpoints.enter(channel);
        Forwarding proxies = endpoints.proxies();
        if (proxies.speaksProtocol(ClientAddress.of(channel).getAddress())) {
            channel.pipeline()
                    .addLast(new HAProxyMessageDecoder(MAX_PROXY_EXTRAS))
                    .addLast(new ProxyProtocolHandler(
                            endpoints,
                            proxies.headerTimeout(),
                            named -> begin(named, refusal == null ? endpoints.enterNamed(named) : refusal)));
        } else {
            begin(channel, refusal);
        }
    }

    /** Without TLS: HTTP/1.1, unless the client's first bytes say that it knows better. */
    private void plain(Channel channel, @Nullable Refusal refusal) {
        channel.pipeline().addLast(new PrefaceDetector(this, refusal));
        http1(channel, refusal);
    }

    /** The client has shown that it speaks HTTP/2 before it sent anything else. */
    void leaveHttp1ForHttp2(Channel channel, @Nullable Refusal refusal) {
        channel.pipeline().remove(HttpResponseEncoder.class);
        channel.pipeline().remove(HttpRequestDecoder.class);
        channel.pipeline().remove(RequestReader.class);
        channel.pipeline().remove(HttpHandler.class);
        http2(channel, refusal);
    }

    /** The connection, or what TLS has negotiated on it, speaks HTTP/2; {@code refusal} says why it may not have streams that stay. */
    void http2(Channel channel, @Nullable Refusal refusal) {
        Http2Codec codec = Http2Codec.create(config, endpoints.metrics());
        channel.pipeline()
                .addLast(new Http2Gate(codec, config.http2().maxControlFrames(), streams))
                .addLast(codec)
                .addLast(new Http2MultiplexHandler(new StreamInitializer(refusal)))
                .addLast(new Http2Parent(config, endpoints, codec, refusal));
    }

    /** A stream of HTTP/2 begins as a request, like an HTTP/1.1 connection. */
    private void stream(Http2StreamChannel stream, @Nullable Refusal refusal) {
        Refusal full = streams.enter(stream);
        Refusal tight = endpoints.admission().refusal();
        stream.config().setRecvByteBufAllocator(STREAM_READS);
        stream.pipeline()
                .addLast(new Http2StreamCodec(stream.stream().id(), config.maxRequestLine()))
                .addLast(new RequestReader(config, endpoints))
                .addLast(new HttpHandler(config, endpoints, this, first(refusal, tight, full)));
    }

    private static @Nullable Refusal first(@Nullable Refusal... reasons) {
        for (Refusal reason : reasons) {
            if (reason != null) {
                return reason;
            }
        }
        return null;
    }

    @Sharable
    private final class StreamInitializer extends ChannelInitializer<Http2StreamChannel> {
        private final @Nullable Refusal refusal;

        StreamInitializer(@Nullable Refusal refusal) {
            this.refusal = refusal;
        }

        @Override
        protected void initChannel(Http2StreamChannel channel) {
            stream(channel, refusal);
        }
    }

    /** It is known who the client is; {@code refusal} says why it may not become a stream. */
    private void begin(Channel channel, @Nullable Refusal refusal) {
        if (door == null) {
            plain(channel, refusal);
        } else {
            RequestDeadlines deadlines = endpoints.worker(channel).deadlines();
            channel.pipeline().addLast(new TlsGreeting(door, new Admitted(this, deadlines, refusal)));
        }
    }

    /** The client has begun a TLS handshake. */
    void encrypt(Channel channel, TlsDoor door, Admitted admitted) {
        SslHandler tls = door.encrypt(channel);
        channel.pipeline().addLast(tls).addLast(new TlsHandshake(door, tls, admitted));
    }

    /** The handshake is done and ALPN has chosen {@code protocol}; null if the client named none. */
    void speak(Channel channel, @Nullable String protocol, @Nullable Refusal refusal) {
        if (ApplicationProtocolNames.HTTP_2.equals(protocol)) {
            http2(channel, refusal);
        } else {
            http1(channel, refusal);
        }
    }

    /** The connection speaks HTTP/1.1; {@code refusal} says why it may not become a stream. */
    void http1(Channel channel, @Nullable Refusal refusal) {
        HttpHeadersFactory headers = new CountedHeaders.Factory(config.client().headerCount());
        HttpDecoderConfig limits = new HttpDecoderConfig()
                .setMaxInitialLineLength(config.maxRequestLine())
                .setMaxHeaderSize(config.maxHeaders())
                .setHeadersFactory(headers)
                .setTrailersFactory(headers);
        channel.pipeline()
                .addLast(new HttpResponseEncoder())
                .addLast(new HttpRequestDecoder(limits))
                .addLast(new RequestReader(config, endpoints))
                .addLast(new HttpHandler(config, endpoints, this, refusal));
    }

    /** Turns the connection into an SSE stream that begins with {@code head}. */
    void becomeSse(Channel channel, StreamProtocol protocol, Principal who, List<Wish> wishes, StreamHead head) {
        Shard shard = endpoints.worker(channel).shard();
        Subscriber subscriber = shard.join(channel, protocol, who);
        channel.pipeline().addLast(new SseHandler(subscriber, config.client().sseBytes()));
        leaveHttp(channel, head);
        shard.subscribe(subscriber, wishes);
    }

    /** Turns the connection into a WebSocket stream that begins with {@code head}. */
    void becomeWebSocket(Channel channel, StreamProtocol protocol, Principal who, List<Wish> wishes, StreamHead head) {
        Shard shard = endpoints.worker(channel).shard();
        Subscriber subscriber = shard.join(channel, protocol, who);
        channel.pipeline()
                .addLast(new WebSocket13FrameDecoder(protocol.compressor() == null ? frames : deflatedFrames))
                .addLast(new WebSocketHandler(subscriber, endpoints.messages()));
        leaveHttp(channel, head);
        shard.subscribe(subscriber, wishes);
    }

    /**
     * Sends the head first, while its encoder is there, and removes the decoder last: it then passes on the bytes it has
     * read too far, and what they are answered with must follow the head.
     */
    private static void leaveHttp(Channel channel, StreamHead head) {
        ChannelPipeline pipeline = channel.pipeline();
        channel.write(head.response(), channel.voidPromise());
        boolean http2 = channel instanceof Http2StreamChannel;
        if (http2) {
            pipeline.replace(Http2StreamCodec.class, null, Http2Bytes.INSTANCE);
        } else {
            pipeline.remove(HttpResponseEncoder.class);
        }
        pipeline.remove(HttpHandler.class);
        pipeline.remove(RequestReader.class);
        if (head.first() != null && !(http2 && Http2Gate.sendFirst((Http2StreamChannel) channel, head.first()))) {
            channel.write(head.first().from(0), channel.voidPromise());
        }
        channel.flush();
        if (!http2) {
            pipeline.remove(HttpRequestDecoder.class);
        }
    }
}
