package dev.fanfare.gateway.transport;

import dev.fanfare.gateway.hub.Subscriber;
import dev.fanfare.gateway.metrics.CloseReason;
import dev.fanfare.gateway.wire.WebSocketWire;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One WebSocket client's side of the conversation (RFC 6455): answers pings and close, checks what it sends. The stream
 * is one-way, so a message is checked and then ignored. Event loop.
 */
final class WebSocketHandler extends SimpleChannelInboundHandler<WebSocketFrame> {
    private static final int LAST_CLOSE_CODE = 4999;

    private final Subscriber subscriber;
    private final int maxMessage;
    /** The fragments of an unfinished text message; null otherwise. */
    private @Nullable ByteBuf unfinished;
    /** A close frame was sent because of what the client did; nothing it sends counts any more. */
    private boolean refused;

    private final ClientBounds bounds;
    /** What of the frames and of the bytes it may send is spent; see {@link Spending}. */
    private long framesSpent;

    private long bytesSpent;

    WebSocketHandler(Subscriber subscriber, int maxMessage, ClientBounds bounds) {
        this.subscriber = subscriber;
        this.maxMessage = maxMessage;
        this.bounds = bounds;
        this.framesSpent = Spending.none(System.nanoTime());
        this.bytesSpent = framesSpent;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, WebSocketFrame frame) {
        if (refused) {
            return; // whatever came behind the violation
        }
        subscriber.heard();
        if (isTooFast(frame.content().readableBytes())) {
            return;
        }
        if (frame instanceof PingWebSocketFrame) {
            answerPing(ctx, frame.content());
        } else if (frame instanceof CloseWebSocketFrame close) {
            answerClose(close);
        } else if (frame instanceof TextWebSocketFrame || frame instanceof ContinuationWebSocketFrame) {
            checkText(ctx, frame);
        } else if (frame instanceof BinaryWebSocketFrame) {
            refuse(WebSocketCloseStatus.INVALID_MESSAGE_TYPE, "binary messages are not understood here");
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        forget();
        subscriber.gone();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        Throwable root = cause instanceof DecoderException && cause.getCause() != null ? cause.getCause() : cause;
        if (refused && cause instanceof DecoderException) {
            return;
        }
        if (root instanceof CorruptedWebSocketFrameException corrupted) {
            refuse(corrupted.closeStatus(), String.valueOf(corrupted.getMessage()));
        } else {
            subscriber.failed(cause);
        }
    }

    private boolean isTooFast(int bytes) {
        long now = System.nanoTime();
        boolean frames = Spending.isAll(framesSpent, now);
        if (frames || Spending.isAll(bytesSpent, now)) {
            int most = frames ? bounds.frameRate() : bounds.byteRate();
            String what = "more than " + most + (frames ? " frames" : " bytes") + " per second";
            refuse(CloseReason.FLOOD, WebSocketCloseStatus.POLICY_VIOLATION, what);
            return true;
        }
        framesSpent = Spending.of(framesSpent, 1, bounds.frameRate(), now);
        bytesSpent = Spending.of(bytesSpent, bytes, bounds.byteRate(), now);
        return false;
    }

    private static void answerPing(ChannelHandlerContext ctx, ByteBuf payload) {
        if (ctx.channel().isWritable()) { // else the client floods us without reading; RFC 6455 §5.5.3 lets us skip
            ctx.writeAndFlush(ctx.alloc().buffer().writeBytes(WebSocketWire.pong(ByteBufUtil.getBytes(payload))));
        }
    }

    private void answerClose(CloseWebSocketFrame close) {
        ByteBuf body = close.content();
        int code = body.isReadable()
                ? body.getUnsignedShort(body.readerIndex())
                : WebSocketCloseStatus.NORMAL_CLOSURE.code();
        if (code > LAST_CLOSE_CODE) { // the decoder has refused the others that RFC 6455 §7.4 forbids
            refuse(WebSocketCloseStatus.PROTOCOL_ERROR, "close code " + code + " does not exist");
        } else {
            subscriber.close(CloseReason.CLIENT, WebSocketWire.close(code, ""));
        }
    }

    private void checkText(ChannelHandlerContext ctx, WebSocketFrame frame) {
        ByteBuf part = frame.content();
        if (unfinished == null && frame.isFinalFragment()) {
            requireUtf8(part);
            return;
        }
        ByteBuf message = unfinished == null ? ctx.alloc().buffer() : unfinished;
        unfinished = message;
        if (message.readableBytes() + part.readableBytes() > maxMessage) {
            refuse(WebSocketCloseStatus.MESSAGE_TOO_BIG, "a message has at most " + maxMessage + " bytes");
            return;
        }
        message.writeBytes(part);
        if (frame.isFinalFragment()) {
            requireUtf8(message);
            forget();
        }
    }

    private void requireUtf8(ByteBuf text) {
        if (!ByteBufUtil.isText(text, StandardCharsets.UTF_8)) {
            refuse(WebSocketCloseStatus.INVALID_PAYLOAD_DATA, "a text message must be UTF-8");
        }
    }

    private void refuse(WebSocketCloseStatus status, String reason) {
        refuse(CloseReason.PROTOCOL_ERROR, status, reason);
    }

    private void refuse(CloseReason why, WebSocketCloseStatus status, String reason) {
        forget();
        refused = true;
        String fitting = reason.length() > 100 ? reason.substring(0, 100) : reason;
        subscriber.refuse(why, WebSocketWire.close(status.code(), fitting));
    }

    private void forget() {
        if (unfinished != null) {
            unfinished.release();
            unfinished = null;
        }
    }
}
