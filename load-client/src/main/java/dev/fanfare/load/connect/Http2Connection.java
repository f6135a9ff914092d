package dev.fanfare.load.connect;

import dev.fanfare.load.stats.Counter;
import dev.fanfare.load.wire.Http2Decoder;
import dev.fanfare.load.wire.Http2Events;
import dev.fanfare.load.wire.Http2Frames;
import dev.fanfare.load.wire.ProtocolViolation;
import dev.fanfare.load.wire.ResponseHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One connection of HTTP/2 and the streams on it, by ALPN or, without TLS, by prior knowledge. The only handler in its pipeline, but
 * for TLS: frames are taken apart by our own decoder, and what streams share is this object and its decoder. Its event loop only.
 */
final class Http2Connection extends ChannelInboundHandlerAdapter implements Http2Events {
    /** How much the server may send on a stream before it hears of it again: a stream that is read never waits. */
    static final int STREAM_WINDOW = 1 << 20;

    /** The same, at first, where some streams are slow: those stay at it. */
    static final int SLOW_WINDOW = 4096;

    static final int PROTOCOL_ERROR = 1;
    static final int CANCEL = 8;
    private static final int NO_ERROR = 0;
    private static final long UNKNOWN = -1;

    private final ClientLoop loop;
    private final Http2Pool pool;
    private final int targetIndex;
    private final Target target;
    private final int firstWindow;
    private final Http2Decoder decoder = new Http2Decoder(this);
    private final IntObjectMap<Http2Stream> streams = new IntObjectHashMap<>();
    /** Streams whose requests wait for the server's settings. */
    private final ArrayDeque<Http2Stream> waiting = new ArrayDeque<>();

    private @Nullable Channel channel;
    private long connectedNanos;
    private long maxStreams = UNKNOWN;
    private int nextId = 1;
    private int windowUsed;
    private String end = "http2: connection closed";
    /** The server takes no more streams. */
    private boolean goneAway;
    /** Nothing is sent any more. */
    private boolean dead;

    private boolean flushing;

    Http2Connection(ClientLoop loop, Http2Pool pool, int targetIndex, int firstWindow) {
        this.loop = loop;
        this.pool = pool;
        this.targetIndex = targetIndex;
        this.target = loop.target(targetIndex);
        this.firstWindow = firstWindow;
    }

    /** Index of its target. */
    int target() {
        return targetIndex;
    }

    /** Streams on it or about to be. */
    int size() {
        return streams.size() + waiting.size();
    }

    boolean takesMore() {
        return !dead && !goneAway && nextId > 0;
    }

    /** Asks for a stream, as soon as that may be. */
    void add(Http2Stream stream) {
        if (!takesMore()) {
            stream.failed(end);
        } else if (maxStreams == UNKNOWN) {
            waiting.add(stream);
        } else {
            ask(stream);
        }
    }

    private void ask(Http2Stream stream) {
        if (stream.isOver()) {
            return;
        }
        if (streams.size() >= maxStreams) {
            stream.failed("http2: the server allows only " + maxStreams + " streams on a connection");
            return;
        }
        int id = nextId;
        nextId += 2;
        streams.put(id, stream);
        write(Http2Frames.request(id, loop.requests().http2(target, stream.subscriber())));
        stream.asked(id, firstWindow);
    }

    // From streams.

    /** The server may send {@code bytes} more on a stream. */
    void allow(int stream, int bytes) {
        write(Http2Frames.windowUpdate(stream, bytes));
    }

    /** A stream is of no more use. */
    void cancel(Http2Stream stream, int code) {
        if (streams.remove(stream.id()) != null) {
            write(Http2Frames.reset(stream.id(), code));
            gone();
        } else if (waiting.remove(stream) && waiting.isEmpty()) {
            close(); // nobody waits any more for a server that has not said anything
        }
    }

    /** The run is over. */
    void finish() {
        if (!dead && channel != null) {
            dead = true;
            channel.writeAndFlush(Unpooled.wrappedBuffer(Http2Frames.goAway(NO_ERROR)))
                    .addListener(ChannelFutureListener.CLOSE);
        }
    }

    /** Cuts it as a network does. */
    void cut(boolean reset) {
        if (dead || channel == null) {
            return;
        }
        dead = true;
        end = "http2: connection cut off by this client";
        pool.remove(this);
        if (reset) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        channel.pipeline().firstContext().close(); // past TLS, which would say goodbye
    }

    /** It is of no more use: what was on it is over. */
    void failed(String reason) {
        end = reason;
        close();
    }

    private void close() {
        dead = true;
        pool.remove(this);
        List<Http2Stream> left = List.copyOf(streams.values());
        List<Http2Stream> unasked = List.copyOf(waiting);
        streams.clear();
        waiting.clear();
        left.forEach(each -> each.lost(end));
        unasked.forEach(each -> each.failed(end));
        if (channel != null) {
            channel.close();
        }
    }

    /** A stream is gone: there is room, or it was the last. */
    private void gone() {
        if (goneAway && size() == 0) {
            close();
        } else if (!dead) {
            pool.offer(this);
        }
    }

    private void write(byte[] bytes) {
        Channel open = channel;
        if (dead || open == null) {
            return;
        }
        open.write(Unpooled.wrappedBuffer(bytes));
        if (!flushing) { // once for all that is written in this turn of the loop
            flushing = true;
            open.eventLoop().execute(() -> {
                flushing = false;
                open.flush();
            });
        }
    }

    // From the channel.

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        channel = ctx.channel();
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        if (dead) {
            ctx.close();
        } else if (target.tls()) {
            connectedNanos = System.nanoTime();
        } else {
            write(Http2Frames.preface(firstWindow));
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
            return;
        }
        loop.handshaken(encrypting, System.nanoTime() - connectedNanos);
        if (TlsClient.H2.equals(encrypting.applicationProtocol())) {
            write(Http2Frames.preface(firstWindow));
        } else {
            failed("server does not speak HTTP/2: no h2 by ALPN");
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf received = (ByteBuf) message;
        byte[] bytes = loop.scratch();
        int count = received.readableBytes();
        received.readBytes(bytes, 0, count).release();
        loop.stats().group(false).add(Counter.BYTES, count);
        if (dead) {
            return;
        }
        try {
            decoder.feed(bytes, 0, count);
        } catch (ProtocolViolation violation) {
            violated(violation);
        }
    }

    private void violated(ProtocolViolation violation) {
        dead = true;
        end = violation.reason();
        List.copyOf(streams.values()).forEach(each -> each.violated(violation));
        if (channel != null) {
            channel.writeAndFlush(Unpooled.wrappedBuffer(Http2Frames.goAway(PROTOCOL_ERROR)));
        }
        close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        close();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        failed(FailureReason.of(cause));
    }

    // From the decoder.

    @Override
    public void settings(long max) {
        boolean first = maxStreams == UNKNOWN;
        maxStreams = max >= 0 ? max : first ? Long.MAX_VALUE : maxStreams;
        write(Http2Frames.settingsAck());
        if (first) {
            loop.stats().group(false).add(Counter.HTTP2_CONNECTIONS, 1);
            for (Http2Stream next = waiting.poll(); next != null; next = waiting.poll()) {
                ask(next);
            }
        }
    }

    @Override
    public void head(int id, @Nullable ResponseHead head, boolean last) throws ProtocolViolation {
        Http2Stream stream = stream(id, last);
        if (stream != null) {
            stream.head(head, last);
            afterwards(last);
        }
    }

    @Override
    public void data(int id, byte[] buffer, int offset, int dataEnd) throws ProtocolViolation {
        Http2Stream stream = stream(id, false);
        if (stream != null) {
            stream.data(buffer, offset, dataEnd);
        }
    }

    @Override
    public void dataEnd(int id, int length, boolean last) throws ProtocolViolation {
        windowUsed += length;
        if (windowUsed > Http2Frames.LARGEST_WINDOW / 2) {
            write(Http2Frames.windowUpdate(0, windowUsed));
            windowUsed = 0;
        }
        Http2Stream stream = stream(id, last);
        if (stream != null) {
            stream.dataEnd(length, last);
            afterwards(last);
        }
    }

    @Override
    public void reset(int id, long code) throws ProtocolViolation {
        Http2Stream stream = stream(id, true);
        if (stream != null) {
            stream.reset(code);
            afterwards(true);
        }
    }

    private void afterwards(boolean last) {
        if (last) {
            gone();
        }
    }

    /** The stream of that number, which is taken off if this is its end; null for one that we have ended before. */
    private @Nullable Http2Stream stream(int id, boolean last) throws ProtocolViolation {
        if (id >= nextId) {
            throw new ProtocolViolation("HTTP/2 frame on a stream nobody opened");
        }
        return last ? streams.remove(id) : streams.get(id);
    }

    @Override
    public void ping(byte[] buffer, int offset) {
        loop.stats().group(false).add(Counter.HEARTBEATS, 1);
        write(Http2Frames.pong(buffer, offset));
    }

    @Override
    public void goAway(int lastStream, long code) {
        String why = "GOAWAY " + Http2Decoder.errorName(code);
        goneAway = true;
        end = "http2: connection closed after " + why;
        pool.remove(this);
        for (Http2Stream each : List.copyOf(streams.values())) {
            if (each.id() > lastStream) {
                streams.remove(each.id());
                each.lost("http2: not served, " + why);
            }
        }
        for (Http2Stream next = waiting.poll(); next != null; next = waiting.poll()) {
            next.failed("http2: not served, " + why);
        }
        gone();
    }
}
