package dev.fanfare.gateway.transport;

import dev.fanfare.gateway.http.HttpProblem;
import dev.fanfare.gateway.http.HttpRouter;
import dev.fanfare.gateway.metrics.GatewayMetrics;
import dev.fanfare.gateway.observe.Readiness;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Map;

/**
 * What every HTTP connection needs to answer: one object for all of them. Immutable; any thread.
 *
 * @param router everything but the streams
 * @param sse how an SSE stream begins
 * @param streams the stream protocols
 * @param workers by event loop
 * @param metrics counts answers
 * @param readiness no new streams while draining
 */
record HttpEndpoints(
        HttpRouter router,
        SseHandshake sse,
        Streams streams,
        Map<EventLoop, Worker> workers,
        GatewayMetrics metrics,
        Readiness readiness) {
    /** The worker that owns {@code channel}. */
    Worker worker(Channel channel) {
        Worker worker = workers.get(channel.eventLoop());
        if (worker == null) {
            throw new IllegalStateException("not on a worker loop: " + channel);
        }
        return worker;
    }

    boolean draining() {
        return readiness.phase() == Readiness.Phase.DRAINING;
    }

    /** Refuses a new stream while the gateway drains. */
    void requireOpen() throws HttpProblem {
        if (draining()) {
            throw HttpProblem.of(
                            HttpResponseStatus.SERVICE_UNAVAILABLE, "the gateway is shutting down; try another node")
                    .with(HttpHeaderNames.RETRY_AFTER, "5")
                    .closing();
        }
    }

    /** Lets go of the frames; only when no event loop runs any more. */
    void release() {
        sse.release();
        streams.release();
    }
}
