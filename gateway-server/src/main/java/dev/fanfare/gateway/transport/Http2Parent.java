package dev.fanfare.gateway.transport;

import dev.fanfare.gateway.metrics.Refusal;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection that speaks HTTP/2, beside its streams: ends it when it has had none for too long, and lets it end when
 * the gateway drains. Event loop.
 */
final class Http2Parent extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(Http2Parent.class);
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** How long a connection over the limits may stay, whatever it asks. */
    private static final long REFUSED_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final HttpConfig config;
    private final HttpEndpoints endpoints;
    private final Http2Codec codec;
    private final @Nullable Refusal refusal;
    private RequestDeadlines.@Nullable Deadline look;
    private long busyAt = System.nanoTime();
    private int streamsSeen;
    private boolean endAnnounced;
    private boolean endSeen;

    /** {@code refusal} says why this connection may not have event streams or WebSockets; null if it may. */
    Http2Parent(HttpConfig config, HttpEndpoints endpoints, Http2Codec codec, @Nullable Refusal refusal) {
        this.config = config;
        this.endpoints = endpoints;
        this.codec = codec;
        this.refusal = refusal;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        if (ctx.channel().isActive()) {
            endpoints.metrics().http2Opened();
            lookAgain(ctx);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (look != null) {
            look.cancel();
            look = null;
            endpoints.metrics().http2Gone();
            if (!codec.isEnding()) {
                endpoints.metrics().http2Closed("client");
            }
        }
        ctx.fireChannelInactive();
    }

    private void lookAgain(ChannelHandlerContext ctx) {
        look = endpoints.worker(ctx.channel()).deadlines().begin(LOOK_NANOS, expired -> look(ctx));
    }

    private void look(ChannelHandlerContext ctx) {
        lookAgain(ctx);
        if (codec.isEnding()) {
            if (endSeen) { // it reads nothing, not even why
                ctx.close();
            }
            endSeen = true;
            return;
        }
        boolean draining = endpoints.draining();
        if (draining && !endAnnounced) {
            endAnnounced = true;
            busyAt = System.nanoTime(); // a request may be under way
            codec.announceEnd(ctx);
        }
        long now = System.nanoTime();
        int streams = codec.connection().remote().lastStreamCreated();
        boolean busy = codec.hasStreams() || streams != streamsSeen;
        streamsSeen = streams;
        if (busy && refusal == null) {
            busyAt = now;
        } else if (now - busyAt >= patience(draining)) {
            codec.end(ctx, draining ? "drain" : refusal != null ? "refused" : "idle");
        }
    }

    private long patience(boolean draining) {
        if (draining) {
            return LOOK_NANOS / 2; // since the client was told
        }
        if (refusal != null) {
            return REFUSED_NANOS;
        }
        return (streamsSeen == 0 ? config.requestTimeout() : config.keepAliveTimeout()).toNanos();
    }

    /** Frames of the connection itself: the codec has done what they ask for. */
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ReferenceCountUtil.release(message);
    }

    /** The codec answers what the client did wrong; everything else is the network. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        log.debug("{}: {}", ctx.channel().remoteAddress(), cause.toString());
        if (Http2CodecUtil.getEmbeddedHttp2Exception(cause) == null) {
            ctx.close();
        }
    }
}
