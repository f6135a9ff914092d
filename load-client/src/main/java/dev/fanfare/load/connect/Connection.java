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
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One TCP connection: request out, response head checked, then the stream. The only handler in its pipeline, but for TLS: bytes
 * come straight from the socket, or decrypted, and no other decoder of Netty's sees them. Its event loop only.
 */
final class Connection extends ChannelInboundHandlerAdapter {
    /** How long a server may take to close a connection whose stream it has ended, in seconds. */
    private static final int LINGER_SECONDS = 5;

    private final ClientLoop loop;
    private final Subscriber subscriber;
    private final long startedNanos;
    private final String key;
    private @Nullable HeadDecoder head = new HeadDecoder();
    private @Nullable Conversation conversation;
    private @Nullable Channel channel;
    private long connectedNanos;
    private boolean over;

    Connection(ClientLoop loop, Subscriber subscriber, long startedNanos) {
        this.loop = loop;
        this.subscriber = subscriber;
        this.startedNanos = startedNanos;
        this.key = isSse() ? "" : loop.requests().key();
    }

    Subscriber subscriber() {
        return subscriber;
    }

    long startedNanos() {
        return startedNanos;
    }

    private boolean isSse() {
        return subscriber.member().transport() == Transport.SSE;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        channel = ctx.channel();
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        if (over) {
            ctx.close();
        } else if (loop.target(subscriber.member()).tls()) {
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
            loop.notHandshaken(encrypting);
            failed(FailureReason.ofHandshake(handshake.cause()));
        } else if (!over) {
            loop.handshaken(encrypting, System.nanoTime() - connectedNanos);
            ask();
        }
    }

    private void ask() {
        Target target = loop.target(subscriber.member());
        send(isSse() ? loop.requests().sse(target, subscriber) : loop.requests().webSocket(target, subscriber, key));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf received = (ByteBuf) message;
        byte[] bytes = loop.scratch();
        int count = received.readableBytes();
        received.readBytes(bytes, 0, count).release();
        loop.stats().group(subscriber.member().slow()).add(Counter.BYTES, count);
        if (over) {
            return;
        }
        try {
            if (conversation == null) {
                handshake(bytes, count);
            } else {
                conversation.feed(bytes, 0, count);
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
        if (isSse()) {
            conversation = new SseConversation(this, subscriber, Upgrade.checkSse(response));
        } else {
            Upgrade.checkWebSocket(response, key, loop.requests().header("sec-websocket-protocol"));
            conversation = new WebSocketConversation(this, subscriber);
        }
        head = null;
        if (subscriber.member().slow()) {
            read(!loop.holding());
        }
        loop.opened(this);
        conversation.feed(bytes, at, count);
    }

    private void violated(ProtocolViolation violation) {
        if (conversation == null) {
            failed(violation.reason());
            return;
        }
        loop.stats().group(subscriber.member().slow()).add(Counter.PROTOCOL_ERRORS, 1);
        byte[] farewell = conversation.farewell(violation.closeCode());
        ended("protocol error: " + violation.reason());
        closeAfter(farewell);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (conversation == null) {
            failed("connection closed during the handshake");
        } else if (!over) {
            ended(conversation.cutOff());
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        String reason = FailureReason.of(cause);
        if (conversation == null) {
            failed(reason);
        } else if (!over) {
            ended(reason);
        }
        closeNow();
    }

    /** The try did not get as far as an open stream. */
    void failed(String reason) {
        if (!over) {
            over = true;
            loop.failed(this, reason);
            closeNow();
        }
    }

    /**
     * The stream is over. The server is given time to close the connection first, as both protocols want it: whoever closes first
     * keeps the port in TIME_WAIT.
     */
    void ended(String reason) {
        if (over) {
            return;
        }
        over = true;
        if (conversation != null) {
            subscriber.closed(conversation.lastEventId());
        }
        loop.ended(this, reason);
        Channel open = channel;
        if (open != null && open.isActive()) {
            open.eventLoop().schedule(() -> open.close(), LINGER_SECONDS, TimeUnit.SECONDS);
        }
    }

    /** Reads on, or stops reading. */
    void read(boolean on) {
        if (channel != null) {
            channel.config().setAutoRead(on);
        }
    }

    /** Cuts an open stream as a network does: without a word, and with a reset if {@code reset}. What came and was not read is gone. */
    void drop(boolean reset) {
        if (over || conversation == null || channel == null) {
            return;
        }
        over = true;
        subscriber.closed(conversation.lastEventId());
        loop.dropped(this);
        if (reset) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        channel.pipeline().firstContext().close(); // past TLS, which would say goodbye
    }

    /** The run is over: say so and close. Counts nothing. */
    void stop() {
        over = true;
        if (conversation == null) {
            closeNow();
        } else {
            closeAfter(conversation.farewell(1000));
        }
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
