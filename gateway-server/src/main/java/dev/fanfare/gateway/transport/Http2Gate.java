package dev.fanfare.gateway.transport;

import dev.fanfare.gateway.wire.SharedFrame;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.util.AttributeKey;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/**
 * Between the HTTP/2 codec and its connection. Inwards it stops floods ({@link FrameMeter}); outwards it gathers.
 *
 * <p>A publication for a hundred streams of one connection is to be one write to the socket, and one TLS record, not a hundred.
 * So a DATA frame that may go at once, as far as the windows of the client and the socket are concerned, is copied into a
 * batch past child channel, codec and flow controller, and the batch goes out when the event loop has done what it has to do now. Order is kept: what
 * the codec writes follows the batch, and a stream that has frames waiting in the flow controller takes the way through the codec.
 *
 * <p>Event loop of the connection.
 */
final class Http2Gate extends ChannelDuplexHandler implements Runnable {
    private static final AttributeKey<Http2Gate> KEY = AttributeKey.valueOf(Http2Gate.class, "gate");
    private static final int HEADER = 9;
    /** Frames of this size every peer accepts (RFC 9113 §4.2). */
    private static final int LARGEST = 16_384;
    /** A batch of this size goes at once. */
    private static final int FULL = 32 * 1024;

    private static final int FIRST_ROOM = 2048;

    /** Bytes of answers, not of streams that stay, that may wait on one connection. */
    private static final int MOST_ANSWERS = 1024 * 1024;

    /** Bytes of the heads of requests that are not answered yet; few bytes of HPACK stand for many of these. */
    private static final int MOST_HEADS = 256 * 1024;

    private final Http2Codec codec;
    private final Http2Streams together;
    private final FrameMeter meter;
    private @Nullable ChannelHandlerContext context;
    private @Nullable ByteBuf batch;
    private long answers;
    private int heads;
    /** The least window of a stream, while {@link #leastKnown}: until the event loop has done what it does now. */
    private int leastWindow;

    private boolean leastKnown;
    private @Nullable Throwable brokenBy;
    private boolean flushDue;
    private boolean deaf;

    /** {@code together} counts for all connections. */
    Http2Gate(Http2Codec codec, int maxControlFrames, Http2Streams together) {
        this.codec = codec;
        this.together = together;
        this.meter = new FrameMeter(maxControlFrames, System.nanoTime());
    }

    /** The gate of the connection that {@code stream} belongs to. */
    static Http2Gate of(Channel stream) {
        return stream.parent().attr(KEY).get();
    }

    /**
     * Sends {@code frame} on {@code child}, if it may go at once; false if it must wait.
     *
     * @throws ClosedChannelException if the stream has ended
     */
    boolean send(Http2StreamChannel child, SharedFrame frame) throws ClosedChannelException {
        Http2Stream stream = take(child, frame.length());
        if (stream == null) {
            return false;
        }
        for (int at = 0; at < frame.length(); at += LARGEST) {
            int part = Math.min(LARGEST, frame.length() - at);
            frame.copyTo(header(stream.id(), part), at, part);
        }
        return true;
    }

    /** Sends what follows the head of an answer, as {@link #send}: waiting in the codec it would make the stream look slow. */
    static boolean sendFirst(Http2StreamChannel child, SharedFrame frame) {
        try {
            return of(child).send(child, frame);
        } catch (ClosedChannelException gone) { // of which its subscriber will hear
            return true;
        }
    }

    /**
     * Sends {@code bytes} on {@code child}, if they may go at once, without taking them over; false if they must wait.
     *
     * @throws ClosedChannelException if the stream has ended
     */
    boolean send(Http2StreamChannel child, ByteBuf bytes) throws ClosedChannelException {
        int length = bytes.readableBytes();
        Http2Stream stream = take(child, length);
        if (stream == null) {
            return false;
        }
        for (int at = 0; at < length; at += LARGEST) {
            int part = Math.min(LARGEST, length - at);
            header(stream.id(), part).writeBytes(bytes, bytes.readerIndex() + at, part);
        }
        return true;
    }

    /** Whether bytes of {@code child} wait for a window or for the socket. */
    boolean hasWaiting(Http2StreamChannel child) {
        Http2Stream stream = codec.connection().stream(child.stream().id());
        return stream != null && codec.encoder().flowController().hasFlowControlled(stream);
    }

    /** The failure that has ended the connection; null if none has. */
    @Nullable
    Throwable brokenBy() {
        return brokenBy;
    }

    /** Whether an answer of {@code length} bytes may wait to be sent; it is not refused when it is the only one of the connection. */
    boolean holdAnswer(int length) {
        boolean only = answers == 0;
        boolean holds = (only || answers + length <= MOST_ANSWERS) && together.holdAnswer(length, only);
        answers += holds ? length : 0;
        return holds;
    }

    /** Whether the head of one more request, of {@code length} bytes, may be kept until that is answered; the only one may. */
    boolean holdHead(int length) {
        boolean holds = heads == 0 || heads + length <= MOST_HEADS;
        heads += holds ? length : 0;
        return holds;
    }

    /** A head of {@code length} bytes is not kept any more. */
    void letGoOfHead(int length) {
        heads -= length;
    }

    /** An answer of {@code length} bytes has left, or never will. */
    void letGoOfAnswer(int length) {
        answers -= length;
        together.letGoOfAnswer(length);
    }

    /**
     * Whether {@code child} itself is why its bytes do not leave. It is not when the window of the whole connection is used up and
     * others hold much more of it: streams that somebody has ceased to read.
     */
    boolean waitsForItself(Http2StreamChannel child) {
        Http2Connection connection = codec.connection();
        Http2RemoteFlowController windows = codec.encoder().flowController();
        Http2Stream stream = connection.stream(child.stream().id());
        if (stream == null || windows.windowSize(connection.connectionStream()) > 0) {
            return true;
        }
        int all = windows.initialWindowSize();
        return all - windows.windowSize(stream) >= (all - leastWindow(connection, windows)) / 2;
    }

    /** Looks at all streams once for all of them that a sweep asks about, or each sweep would take streams × streams. */
    private int leastWindow(Http2Connection connection, Http2RemoteFlowController windows) {
        if (leastKnown) {
            return leastWindow;
        }
        int[] least = {Integer.MAX_VALUE};
        try {
            connection.forEachActiveStream(each -> {
                least[0] = Math.min(least[0], windows.windowSize(each));
                return true;
            });
        } catch (Http2Exception impossible) { // the visitor throws none
            throw new IllegalStateException(impossible);
        }
        leastWindow = least[0];
        if (context != null) {
            leastKnown = true;
            later();
        }
        return leastWindow;
    }

    /** Lets what was written to the codec out of the flow controller, as far as windows allow. */
    void flushStreams() {
        ChannelHandlerContext ctx = context;
        if (ctx != null) {
            codec.flush(ctx.pipeline().context(codec));
        }
    }

    /** Takes {@code length} bytes from the windows; null if they do not have as much. */
    private @Nullable Http2Stream take(Http2StreamChannel child, int length) throws ClosedChannelException {
        Http2Connection connection = codec.connection();
        Http2Stream stream = connection.stream(child.stream().id());
        ChannelHandlerContext ctx = context;
        if (ctx == null || stream == null || !stream.state().localSideOpen() || stream.isResetSent()) {
            throw new ClosedChannelException();
        }
        Http2RemoteFlowController windows = codec.encoder().flowController();
        Http2Stream whole = connection.connectionStream();
        if (!ctx.channel().isWritable()
                || windows.hasFlowControlled(stream)
                || windows.windowSize(stream) < length
                || windows.windowSize(whole) < length) {
            return null;
        }
        try {
            windows.incrementWindowSize(stream, -length);
            windows.incrementWindowSize(whole, -length);
        } catch (Http2Exception impossible) { // a window that becomes smaller cannot overflow
            throw new IllegalStateException(impossible);
        }
        return stream;
    }

    /** Begins a DATA frame in the batch; its payload is to be written to what is returned. */
    private ByteBuf header(int streamId, int length) {
        ByteBuf room = batch;
        while (room != null && room.readableBytes() + HEADER + length > FULL) {
            emit();
            live().flush(); // else the socket would seem to be full, and what comes would have to wait
            room = batch; // what waited for the socket may have found room, and written more
        }
        if (room == null) {
            room = live().alloc().directBuffer(Math.max(FIRST_ROOM, HEADER + length), Math.max(FULL, HEADER + length));
            batch = room;
            later();
        }
        meter.sent(1);
        return room.writeMedium(length).writeShort(0).writeInt(streamId); // type DATA, no flags
    }

    private ChannelHandlerContext live() {
        ChannelHandlerContext ctx = context;
        if (ctx == null) {
            throw new IllegalStateException("the connection is gone");
        }
        return ctx;
    }

    private void brokenBy(@Nullable Throwable failure) {
        if (failure instanceof IOException && brokenBy == null) {
            brokenBy = failure;
        }
    }

    private void emit() {
        ByteBuf ready = batch;
        if (ready != null) {
            batch = null;
            live().write(ready).addListener(sent -> brokenBy(sent.cause()));
        }
    }

    private void later() {
        if (!flushDue) {
            flushDue = true;
            live().executor().execute(this);
        }
    }

    /** The event loop has done what it had to do. */
    @Override
    public void run() {
        leastKnown = false;
        if (flushDue && context != null) {
            flushDue = false;
            emit();
            context.flush();
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        ctx.channel().attr(KEY).set(this);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        context = null;
        if (batch != null) {
            batch.release();
            batch = null;
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (deaf) {
            bytes.release();
        } else if (meter.allows(bytes, System.nanoTime())) {
            ctx.fireChannelRead(message);
        } else {
            deaf = true;
            bytes.release();
            codec.calm(
                    ctx,
                    Http2Exception.connectionError(
                            Http2Error.ENHANCE_YOUR_CALM, "more control frames than http2.max-control-frames"));
        }
    }

    /** The network has failed: each write that waited says so, but once is enough. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) {
            brokenBy(cause);
            ctx.close();
        } else {
            ctx.fireExceptionCaught(cause);
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        emit();
        meter.sent(1);
        ctx.write(message, promise);
    }

    @Override
    public void flush(ChannelHandlerContext ctx) {
        later();
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        run();
        ctx.close(promise);
    }
}
