package dev.fanfare.gateway.transport;

import dev.fanfare.gateway.metrics.GatewayMetrics;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.UniformStreamByteDistributor;
import java.util.Locale;

/**
 * Netty's HTTP/2 codec with our limits; counts why streams and connections are ended from here. Event loop.
 *
 * <p>Against floods Netty bounds resets in both directions (CVE-2023-44487 "rapid reset", CVE-2025-55163 "MadeYouReset"),
 * CONTINUATION frames (CVE-2024-27316), empty DATA frames in a row and answers that nobody reads; {@link FrameMeter} bounds
 * the rest. Priorities are ignored: their tree would cost memory per stream, and RFC 9113 §5.3 has given them up.
 */
final class Http2Codec extends Http2FrameCodec {
    /** How long a connection that ends may take to read why. */
    private static final long FAREWELL_MILLIS = 1000;

    private final GatewayMetrics metrics;
    private boolean ending;

    private Http2Codec(
            Http2ConnectionEncoder encoder,
            Http2ConnectionDecoder decoder,
            Http2Settings settings,
            GatewayMetrics metrics) {
        super(encoder, decoder, settings, true, true);
        this.metrics = metrics;
    }

    static Http2Codec create(HttpConfig config, GatewayMetrics metrics) {
        return new Builder(metrics).limits(config).build();
    }

    /** Tells the client that there will be no more streams; those that are open go on. */
    void announceEnd(ChannelHandlerContext ctx) {
        goAway(codec(ctx), Integer.MAX_VALUE, Http2Error.NO_ERROR.code(), Unpooled.EMPTY_BUFFER, ctx.newPromise());
        ctx.flush();
    }

    /** Closes the connection, and tells the client which stream was the last. */
    void end(ChannelHandlerContext ctx, String reason) {
        ending = true;
        metrics.http2Closed(reason);
        int last = connection().remote().lastStreamCreated();
        goAway(codec(ctx), last, Http2Error.NO_ERROR.code(), Unpooled.EMPTY_BUFFER, ctx.newPromise())
                .addListener(sent -> ctx.close());
        ctx.flush();
    }

    /** Closes the connection of a client that misbehaves. */
    void calm(ChannelHandlerContext ctx, Throwable why) {
        onError(codec(ctx), false, why);
    }

    /** Whether a stream is open. One that was reset is not, though it counts as active while the socket does not take the reset. */
    boolean hasStreams() {
        try {
            return connection().forEachActiveStream(Http2Stream::isResetSent) != null;
        } catch (Http2Exception impossible) { // the visitor throws none
            throw new IllegalStateException(impossible);
        }
    }

    /** Whether it was ended from here. */
    boolean isEnding() {
        return ending;
    }

    private ChannelHandlerContext codec(ChannelHandlerContext any) {
        return any.pipeline().context(this);
    }

    @Override
    public ChannelFuture goAway(
            ChannelHandlerContext ctx, int lastStreamId, long errorCode, ByteBuf debugData, ChannelPromise promise) {
        if (errorCode != Http2Error.NO_ERROR.code() && !ending) {
            ending = true;
            metrics.http2Closed(name(errorCode));
        }
        return super.goAway(ctx, lastStreamId, errorCode, debugData, promise);
    }

    @Override
    public ChannelFuture resetStream(ChannelHandlerContext ctx, int streamId, long errorCode, ChannelPromise promise) {
        Http2Stream stream = connection().stream(streamId);
        if (stream == null
                || !stream.isResetSent()) { // else closing its channel asks for it once more, and nothing is sent
            metrics.http2Reset(name(errorCode));
        }
        return super.resetStream(ctx, streamId, errorCode, promise);
    }

    private static String name(long errorCode) {
        Http2Error error = Http2Error.valueOf(errorCode);
        return error == null ? "unknown" : error.name().toLowerCase(Locale.ROOT);
    }

    private static final class Builder extends AbstractHttp2ConnectionHandlerBuilder<Http2Codec, Builder> {
        private final GatewayMetrics metrics;

        Builder(GatewayMetrics metrics) {
            this.metrics = metrics;
        }

        Builder limits(HttpConfig config) {
            Http2Config limits = config.http2();
            Http2Connection connection = new DefaultHttp2Connection(true);
            connection
                    .remote()
                    .flowController(new DefaultHttp2RemoteFlowController(
                            connection, new UniformStreamByteDistributor(connection)));
            return connection(connection)
                    .initialSettings(new Http2Settings()
                            .maxConcurrentStreams(limits.maxStreamsPerConnection())
                            .maxHeaderListSize(config.maxHeaders())
                            .connectProtocolEnabled(true))
                    .validateHeaders(true)
                    .validateRequiredPseudoHeaders(true)
                    .gracefulShutdownTimeoutMillis(FAREWELL_MILLIS)
                    .decoderEnforceMaxRstFramesPerWindow(limits.maxResets(), Http2Config.RESET_SECONDS)
                    .encoderEnforceMaxRstFramesPerWindow(limits.maxResets(), Http2Config.RESET_SECONDS)
                    .encoderEnforceMaxQueuedControlFrames(limits.maxControlFrames());
        }

        @Override
        protected Http2Codec build() {
            return super.build();
        }

        @Override
        protected Http2Codec build(
                Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
            return new Http2Codec(encoder, decoder, settings, metrics);
        }
    }
}
