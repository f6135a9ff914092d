package dev.fanfare.gateway.transport;

import dev.fanfare.gateway.hub.Subscriber;
import dev.fanfare.gateway.metrics.CloseReason;
import dev.fanfare.gateway.metrics.InflateProblem;
import dev.fanfare.gateway.wire.Inflation;
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
 * One WebSocket client's side of the conversation (RFC 6455): answers pings and close, puts its messages together, inflates
 * (RFC 7692) and checks them. Event loop.
 */
final class WebSocketHandler extends SimpleChannelInboundHandler<WebSocketFrame> {
    private static final int LAST_CLOSE_CODE = 4999;
    /** The message is compressed; stands in its first frame (RFC 7692 §6). Without the extension the decoder refuses it. */
    private static final int RSV1 = 4;

    private final Subscriber subscriber;
    private final ClientMessages messages;
    /** The fragments of an unfinished message; null otherwise. */
    private @Nullable ByteBuf unfinished;
    /** What the first frame of the message said. */
    private boolean binary;

    private boolean compressed;
    /** A close frame was sent because of what the client did; nothing it sends counts any more. */
    private boolean refused;

    /** What of the frames and of the bytes it may send is spent; see {@link Spending}. */
    private long framesSpent;

    private long bytesSpent;

    WebSocketHandler(Subscriber subscriber, ClientMessages messages) {
        this.subscriber = subscriber;
        this.messages = messages;
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
        boolean begins = frame instanceof TextWebSocketFrame || frame instanceof BinaryWebSocketFrame;
        if (frame.rsv() != 0 && !(begins && frame.rsv() == RSV1)) {
            refuse(WebSocketCloseStatus.PROTOCOL_ERROR, "reserved bits are set");
        } else if (frame instanceof PingWebSocketFrame) {
            answerPing(ctx, frame.content());
        } else if (frame instanceof CloseWebSocketFrame close) {
            answerClose(close);
        } else if (begins) {
            binary = frame instanceof BinaryWebSocketFrame;
            compressed = frame.rsv() == RSV1;
            add(ctx, frame);
        } else if (frame instanceof ContinuationWebSocketFrame) {
            add(ctx, frame);
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
            int most =
                    frames ? messages.bounds().frameRate() : messages.bounds().byteRate();
            String what = "more than " + most + (frames ? " frames" : " bytes") + " per second";
            refuse(CloseReason.FLOOD, WebSocketCloseStatus.POLICY_VIOLATION, what);
            return true;
        }
        framesSpent = Spending.of(framesSpent, 1, messages.bounds().frameRate(), now);
        bytesSpent = Spending.of(bytesSpent, bytes, messages.bounds().byteRate(), now);
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

    private void add(ChannelHandlerContext ctx, WebSocketFrame frame) {
        ByteBuf part = frame.content();
        if (binary && !messages.listener().takesBinary()) {
            refuse(WebSocketCloseStatus.INVALID_MESSAGE_TYPE, "binary messages are not understood here");
            return;
        }
        if (unfinished == null && frame.isFinalFragment()) {
            received(ctx, part);
            return;
        }
        ByteBuf message = unfinished == null ? ctx.alloc().buffer() : unfinished;
        unfinished = message;
        if (message.readableBytes() + part.readableBytes() > messages.longest()) {
            refuse(WebSocketCloseStatus.MESSAGE_TOO_BIG, "a message has at most " + messages.longest() + " bytes");
            return;
        }
        message.writeBytes(part);
        if (frame.isFinalFragment()) {
            received(ctx, message);
            forget();
        }
    }

    private void received(ChannelHandlerContext ctx, ByteBuf message) {
        if (!compressed) {
            check(ctx, message);
            return;
        }
        ByteBuf inflated;
        try {
            inflated = messages.inflation().inflate(message, ctx.alloc());
        } catch (Inflation.Refused unwanted) {
            messages.metrics().inflateRefused(unwanted.problem());
            boolean corrupt = unwanted.problem() == InflateProblem.CORRUPT;
            refuse(
                    corrupt ? WebSocketCloseStatus.INVALID_PAYLOAD_DATA : WebSocketCloseStatus.MESSAGE_TOO_BIG,
                    String.valueOf(unwanted.getMessage()));
            return;
        }
        bytesSpent = Spending.of(
                bytesSpent, inflated.readableBytes(), messages.bounds().byteRate(), System.nanoTime());
        try {
            check(ctx, inflated);
        } finally {
            inflated.release();
        }
    }

    private void check(ChannelHandlerContext ctx, ByteBuf message) {
        if (binary || ByteBufUtil.isText(message, StandardCharsets.UTF_8)) {
            messages.listener().received(ctx, subscriber, binary, message);
        } else {
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
