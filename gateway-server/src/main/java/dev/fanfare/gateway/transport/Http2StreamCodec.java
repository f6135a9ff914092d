package dev.fanfare.gateway.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.HttpConversionUtil;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;

/**
 * One stream of HTTP/2 while it carries a request and its answer: turns its frames into the objects of HTTP/1.1 and back, so that
 * whoever reads and answers requests need not know the difference. Event loop.
 */
final class Http2StreamCodec extends ChannelDuplexHandler {
    private static final byte[] NOTHING = {};

    private final int streamId;
    private final int maxTarget;
    private boolean begun;
    /** Bytes of the head that count for the connection. */
    private int held;
    /** Nothing more comes, or nothing more counts. */
    private boolean heardAll;

    /** The end of the answer was written. */
    private boolean answered;

    /** {@code maxTarget} is how many bytes the target of the request may have. */
    Http2StreamCodec(int streamId, int maxTarget) {
        this.streamId = streamId;
        this.maxTarget = maxTarget;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof Http2HeadersFrame fields && !begun) {
            begun = true;
            begin(ctx, fields);
        } else if (message instanceof Http2HeadersFrame trailers) {
            if (trailers.isEndStream()) {
                end(ctx);
            } else {
                reset(ctx, Http2Error.PROTOCOL_ERROR); // RFC 9113 §8.1: trailers end the request
            }
        } else if (message instanceof Http2DataFrame data && !heardAll) {
            ByteBuf content = data.content(); // with the frame's reference
            if (data.isEndStream()) {
                heardAll = true;
                ctx.fireChannelRead(new DefaultLastHttpContent(content));
            } else {
                ctx.fireChannelRead(new DefaultHttpContent(content));
            }
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    private void begin(ChannelHandlerContext ctx, Http2HeadersFrame fields) {
        Http2Request request;
        try {
            request = Http2Request.of(streamId, fields.headers(), maxTarget);
        } catch (Http2Exception malformed) {
            reset(ctx, malformed.error());
            return;
        }
        if (request.isTunnel() && (fields.isEndStream() || !request.isWebSocket())) {
            heardAll = true;
            Http2Headers refusal = new DefaultHttp2Headers()
                    .status(HttpResponseStatus.NOT_IMPLEMENTED.codeAsText()); // RFC 8441 §4, RFC 9110 §9.3.6
            answered = true;
            ctx.writeAndFlush(new DefaultHttp2HeadersFrame(refusal, true)).addListener(sent -> ctx.close());
            return;
        }
        int length = new Request(request, NOTHING, null, null).weight();
        if (!Http2Gate.of(ctx.channel()).holdHead(length)) {
            reset(ctx, Http2Error.REFUSED_STREAM);
            return;
        }
        held = length;
        ctx.fireChannelRead(request);
        if (fields.isEndStream() || request.isWebSocket()) { // what follows is for the WebSocket
            end(ctx);
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        Http2Gate.of(ctx.channel()).letGoOfHead(held);
        held = 0;
    }

    private void end(ChannelHandlerContext ctx) {
        if (!heardAll) {
            heardAll = true;
            ctx.fireChannelRead(LastHttpContent.EMPTY_LAST_CONTENT);
        }
    }

    private void reset(ChannelHandlerContext ctx, Http2Error error) {
        heardAll = true;
        ctx.writeAndFlush(new DefaultHttp2ResetFrame(error)).addListener(sent -> ctx.close());
    }

    private void answer(ChannelHandlerContext ctx, Http2Headers head, ByteBuf body, ChannelPromise promise) {
        int length = body.readableBytes();
        Http2Gate gate = Http2Gate.of(ctx.channel());
        if (length == 0) {
            body.release();
            ctx.write(new DefaultHttp2HeadersFrame(head, true), promise);
        } else if (gate.holdAnswer(length)) {
            ctx.write(new DefaultHttp2HeadersFrame(head, false));
            ctx.write(new DefaultHttp2DataFrame(body, true), promise).addListener(sent -> gate.letGoOfAnswer(length));
        } else { // the client asks for much and takes nothing
            body.release();
            promise.setFailure(new ClosedChannelException());
            reset(ctx, Http2Error.ENHANCE_YOUR_CALM);
        }
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
        if (!(message instanceof HttpResponse response)) {
            ctx.write(message, promise);
            return;
        }
        Http2Headers head = HttpConversionUtil.toHttp2Headers(response, false);
        if (response.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
            head.status(HttpResponseStatus.OK.codeAsText()); // RFC 8441 §5
        }
        if (response instanceof FullHttpResponse full
                && response.status().codeClass() != HttpStatusClass.INFORMATIONAL) {
            answered = true;
            answer(ctx, head, full.content(), promise);
        } else {
            ReferenceCountUtil.release(response);
            ctx.write(new DefaultHttp2HeadersFrame(head, false), promise);
        }
    }

    /**
     * A client that has its whole answer, but has not sent all of its request, is told that it need not (RFC 9113 §8.1). An answer
     * that has not left is cut off: Netty would let it wait for ever.
     */
    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        Http2Stream.State state = ((Http2StreamChannel) ctx.channel()).stream().state();
        if (ctx.channel().isActive() && state != Http2Stream.State.CLOSED) {
            Http2Error error = answered && !state.localSideOpen() ? Http2Error.NO_ERROR : Http2Error.CANCEL;
            ctx.write(new DefaultHttp2ResetFrame(error), ctx.voidPromise());
            ctx.flush();
        }
        ctx.close(promise);
    }
}
