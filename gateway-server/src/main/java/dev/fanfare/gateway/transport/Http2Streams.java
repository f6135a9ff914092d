package dev.fanfare.gateway.transport;

import dev.fanfare.gateway.metrics.GatewayMetrics;
import dev.fanfare.gateway.metrics.Refusal;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Counts what all HTTP/2 connections have together: streams, which {@link Admission} does not see, and bytes of answers that wait.
 * Any thread.
 */
final class Http2Streams implements ChannelFutureListener {
    private final int most;
    private final long mostAnswers;
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicLong answers = new AtomicLong();

    /**
     * {@code most} is how many streams there may be for one more to become an event stream or a WebSocket, {@code mostAnswers} how
     * many bytes of answers may wait for one more to wait behind others of its connection.
     */
    Http2Streams(int most, long mostAnswers, GatewayMetrics metrics) {
        this.most = most;
        this.mostAnswers = mostAnswers;
        metrics.watchHttp2(open::get, answers::get);
    }

    /** Whether an answer of {@code length} bytes may wait; the {@code only} one of its connection may, as over HTTP/1.1, and counts. */
    boolean holdAnswer(int length, boolean only) {
        boolean holds = answers.addAndGet(length) <= mostAnswers || only;
        if (!holds) {
            answers.addAndGet(-length);
        }
        return holds;
    }

    /** An answer of {@code length} bytes has left, or never will. */
    void letGoOfAnswer(int length) {
        answers.addAndGet(-length);
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
