package dev.fanfare.gateway.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * One stream of HTTP/2 once it streams: its DATA frames are a channel of bytes, for SSE as for WebSocket. One object for all
 * streams, because there are many of them. Event loop.
 */
@Sharable
final class Http2Bytes extends ChannelDuplexHandler {
    static final Http2Bytes INSTANCE = new Http2Bytes();

    private Http2Bytes() {}

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        boolean last = false;
        if (message instanceof Http2DataFrame data) {
            last = data.isEndStream();
            ctx.fireChannelRead(data.content()); // with the frame's reference
        } else {
            last = message instanceof Http2HeadersFrame trailers && trailers.isEndStream();
            ReferenceCountUtil.release(message);
        }
        if (last) { // what a closed connection is to a WebSocket (RFC 8441 §5)
            ctx.channel().close();
        }
    }

    /** What has ended the connection has ended its streams for the same reason. */
    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        Throwable failure = Http2Gate.of(ctx.channel()).brokenBy();
        if (failure != null) {
            ctx.fireExceptionCaught(failure);
        }
        ctx.fireChannelInactive();
    }

    /** After an error of the stream the codec resets it, and names the error. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof Http2Exception)) {
            ctx.fireExceptionCaught(cause);
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        Object frame = message instanceof ByteBuf bytes ? new DefaultHttp2DataFrame(bytes, false) : message;
        if (promise.isVoid()) {
            ctx.write(frame, promise);
        } else {
            ctx.write(frame).addListener(sent -> complete(ctx, promise, sent.cause()));
        }
    }

    /** Says why what waited was not sent; the codec knows only that the stream is closed. */
    private static void complete(ChannelHandlerContext ctx, ChannelPromise promise, @Nullable Throwable failure) {
        Throwable root = Http2Gate.of(ctx.channel()).brokenBy();
        if (failure == null) {
            promise.setSuccess();
        } else {
            promise.setFailure(root == null ? failure : root);
        }
    }

    /** Ends the stream in good order, for which an EventSource comes back; with a reset if bytes wait that will never leave. */
    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        Http2StreamChannel stream = (Http2StreamChannel) ctx.channel();
        Http2Gate gate = Http2Gate.of(stream);
        if (stream.isActive() && stream.stream().state().localSideOpen() && !gate.hasWaiting(stream)) {
            ctx.write(new DefaultHttp2DataFrame(Unpooled.EMPTY_BUFFER, true));
            gate.flushStreams();
            if (stream.stream().state().remoteSideOpen()) { // and a reset would say that something went wrong
                ctx.write(new DefaultHttp2ResetFrame(Http2Error.NO_ERROR), ctx.voidPromise());
                ctx.flush();
            }
        }
        ctx.close(promise);
    }
}
