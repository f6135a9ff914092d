package dev.fanfare.gateway.transport;

import dev.fanfare.gateway.metrics.GatewayMetrics;
import dev.fanfare.gateway.metrics.Refusal;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Counts the streams of all HTTP/2 connections, which {@link Admission} does not see. Any thread. */
final class Http2Streams implements ChannelFutureListener {
    private final int most;
    private final AtomicInteger open = new AtomicInteger();

    /** {@code most} is how many streams there may be for one more to become an event stream or a WebSocket. */
    Http2Streams(int most, GatewayMetrics metrics) {
        this.most = most;
        metrics.watchHttp2(open::get);
    }

    /** Counts {@code stream} until it closes; what is returned says why it may only ask something. */
    @Nullable
    Refusal enter(Channel stream) {
        stream.closeFuture().addListener(this);
        return open.incrementAndGet() > most ? Refusal.MAX_STREAMS : null;
    }

    /** A stream has closed. */
    @Override
    public void operationComplete(ChannelFuture closed) {
        open.decrementAndGet();
    }
}
