package dev.fanfare.gateway.transport;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.fanfare.gateway.metrics.Refusal;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Stands first on a connection without TLS until it is clear what the client speaks: HTTP/2 begins with a preface that is
 * no request (RFC 9113 §3.3, prior knowledge), everything else is for HTTP/1.1, whose handlers stand there already and whose
 * deadlines run. Event loop.
 */
final class PrefaceDetector extends ByteToMessageDecoder {
    private static final ByteBuf PREFACE = Unpooled.wrappedBuffer("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII))
            .asReadOnly();

    private final GatewayPipeline pipeline;
    private final @Nullable Refusal refusal;

    /** {@code refusal} says why this connection may not become a stream; null if it may. */
    PrefaceDetector(GatewayPipeline pipeline, @Nullable Refusal refusal) {
        this.pipeline = pipeline;
        this.refusal = refusal;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        int length = Math.min(in.readableBytes(), PREFACE.readableBytes());
        boolean begins = ByteBufUtil.equals(in, in.readerIndex(), PREFACE, 0, length);
        if (begins && length < PREFACE.readableBytes()) {
            return; // as yet
        }
        if (begins) {
            pipeline.leaveHttp1ForHttp2(ctx.channel(), refusal);
        }
        ctx.pipeline().remove(this); // which passes the bytes on
    }
}
