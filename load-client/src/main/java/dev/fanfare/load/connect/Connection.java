package dev.fanfare.load.connect;

import dev.fanfare.load.stats.Counter;
import dev.fanfare.load.stats.Transport;
import dev.fanfare.load.wire.HeadDecoder;
import dev.fanfare.load.wire.ProtocolViolation;
import dev.fanfare.load.wire.ResponseHead;
import dev.fanfare.load.wire.Upgrade;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A TCP connection for one subscriber: request out, response head checked, then the stream. Its event loop only. */
final class Connection extends Link {
    /** How long a server may take to close a connection whose stream it has ended, in seconds. */
    private static final int LINGER_SECONDS = 5;

    private final String key;
    private @Nullable HeadDecoder head = new HeadDecoder();
    private @Nullable Channel channel;
    private long connectedNanos;

    Connection(ClientLoop loop, Subscriber subscriber, long startedNanos) {
        super(loop, subscriber, startedNanos);
        this.key = isSse() ? "" : loop.requests().key();
    }

    private boolean isSse() {
        return subscriber().member().transport() == Transport.SSE;
    }

    private Target target() {
        return loop().target(subscriber().member().target());
    }

    /** What stands in its pipeline. */
    ChannelHandler handler() {
        return new Bytes();
    }

    /**
     * The only handler of the pipeline, but for TLS: bytes come straight from the socket, or decrypted, and no other decoder of Netty's
     * sees them.
     */
    private final class Bytes extends ChannelInboundHandlerAdapter {
        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            channel = ctx.channel();
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            if (isOver()) {
                ctx.close();
            } else if (target().tls()) {
                connectedNanos = System.nanoTime();
            } else {
                ask();
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (!(event instanceof SslHandshakeCompletionEvent handshake)) {
                return;
            }
            SslHandler encrypting = ctx.pipeline().get(SslHandler.class);
            if (!handshake.isSuccess()) {
                loop().notHandshaken(encrypting);
                failed(FailureReason.ofHandshake(handshake.cause()));
            } else if (!isOver()) {
                loop().handshaken(encrypting, System.nanoTime() - connectedNanos);
                ask();
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf received = (ByteBuf) message;
            byte[] bytes = loop().scratch();
            int count = received.readableBytes();
            received.readBytes(bytes, 0, count).release();
            loop().stats().group(subscriber().member().slow()).add(Counter.BYTES, count);
            if (!isOver()) {
                take(bytes, count);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            Conversation open = conversation();
            lost(open == null ? "connection closed during the handshake" : open.cutOff());
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            lost(FailureReason.of(cause));
            closeNow();
        }
    }

    private void ask() {
        send(
                isSse()
                        ? loop().requests().sse(target(), subscriber())
                        : loop().requests().webSocket(target(), subscriber(), key));
    }

    private void take(byte[] bytes, int count) {
        try {
            Conversation open = conversation();
            if (open == null) {
                handshake(bytes, count);
            } else {
                open.feed(bytes, 0, count);
            }
        } catch (ProtocolViolation violation) {
            violated(violation);
        }
    }

    private void handshake(byte[] bytes, int count) throws ProtocolViolation {
        HeadDecoder decoder = head;
        if (decoder == null) {
            return;
        }
        int at = decoder.feed(bytes, 0, count);
        ResponseHead response = decoder.head();
        if (response == null) {
            return;
        }
        Conversation begun;
        Requests requests = loop().requests();
        if (isSse()) {
            long length = Upgrade.checkSse(response, requests.header("accept-encoding"));
            begun = new SseConversation(this, length, Upgrade.isGzip(response));
        } else {
            boolean deflate = Upgrade.checkWebSocket(
                    response,
                    key,
                    requests.header("sec-websocket-protocol"),
                    requests.header("sec-websocket-extensions"));
            begun = new WebSocketConversation(this, deflate);
        }
        head = null;
        open(begun);
        begun.feed(bytes, at, count);
    }

    /**
     * The server is given time to close the connection first, as both protocols want it: whoever closes first keeps the port in
     * TIME_WAIT.
     */
    @Override
    void linger() {
        Channel open = channel;
        if (open != null && open.isActive()) {
            open.eventLoop().schedule(() -> open.close(), LINGER_SECONDS, TimeUnit.SECONDS);
        }
    }

    @Override
    void read(boolean on) {
        if (channel != null) {
            channel.config().setAutoRead(on);
        }
    }

    @Override
    void cut(boolean reset) {
        if (channel == null) {
            return;
        }
        if (reset) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        channel.pipeline().firstContext().close(); // past TLS, which would say goodbye
    }

    @Override
    void abandon() {
        closeNow();
    }

    @Override
    void quit(byte[] farewell) {
        closeAfter(farewell);
    }

    @Override
    void finish(byte[] farewell) {
        closeAfter(farewell);
    }

    void send(byte[] bytes) {
        if (channel != null) {
            channel.writeAndFlush(Unpooled.wrappedBuffer(bytes));
        }
    }

    /** Without a flush before it: one that is still connecting would wait for the connect. */
    private void closeNow() {
        if (channel != null) {
            channel.close();
        }
    }

    private void closeAfter(byte[] farewell) {
        if (channel != null) {
            channel.writeAndFlush(Unpooled.wrappedBuffer(farewell)).addListener(ChannelFutureListener.CLOSE);
        }
    }
}
