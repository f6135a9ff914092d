package dev.fanfare.gateway.transport;

import dev.fanfare.gateway.address.Caller;
import dev.fanfare.gateway.address.Forwarding;
import dev.fanfare.gateway.auth.Identity;
import dev.fanfare.gateway.auth.Principal;
import dev.fanfare.gateway.channel.ChannelsConfig;
import dev.fanfare.gateway.http.HttpProblem;
import dev.fanfare.gateway.http.HttpRoute;
import dev.fanfare.gateway.http.HttpRouter;
import dev.fanfare.gateway.http.Origins;
import dev.fanfare.gateway.hub.Wish;
import dev.fanfare.gateway.metrics.GatewayMetrics;
import dev.fanfare.gateway.metrics.Refusal;
import dev.fanfare.gateway.observe.Readiness;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.ssl.SslHandler;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * What every HTTP connection needs to answer: one object for all of them. Immutable; any thread.
 *
 * @param router everything but the streams
 * @param sse how an SSE stream begins
 * @param streams the stream protocols
 * @param channels their rules
 * @param workers by event loop
 * @param metrics counts answers
 * @param admission whether one more stream is taken on
 * @param proxies whom to believe when it says for whom it speaks
 * @param readiness no new streams while draining
 * @param bodies how much of request bodies is held
 * @param origins which web pages may come
 * @param messages what WebSocket clients may send
 * @param identity who sends a request
 */
record HttpEndpoints(
        HttpRouter router,
        SseHandshake sse,
        Streams streams,
        ChannelsConfig channels,
        Map<EventLoop, Worker> workers,
        GatewayMetrics metrics,
        Admission admission,
        Forwarding proxies,
        Readiness readiness,
        Bodies bodies,
        Origins origins,
        ClientMessages messages,
        Identity identity) {
    private static final int RETRY_SPREAD_SECONDS = 10;
    /** What {@code router} does not know. */
    private static final Set<String> STREAMS = Set.of("/sse", "/ws");

    /** The same streams with other routes, for others. */
    HttpEndpoints with(HttpRouter others, Admission theirs, Forwarding believed) {
        return new HttpEndpoints(
                others, sse, streams, channels, workers, metrics, theirs, believed, readiness, bodies, origins,
                messages, identity);
    }

    /** The worker that owns {@code channel}. */
    Worker worker(Channel channel) {
        Worker worker = workers.get(channel.eventLoop());
        if (worker == null) {
            throw new IllegalStateException("not on a worker loop: " + channel);
        }
        return worker;
    }

    /**
     * Whether the long body of a request on {@code channel} would be read by the route it calls.
     *
     * @param head its body has not come yet
     * @throws HttpProblem if the request is refused whatever its body
     */
    CompletableFuture<Boolean> readsBody(Request head, Channel channel) throws HttpProblem {
        try {
            String path = head.path();
            Caller caller = caller(head, channel);
            Origins.Visit visit = visit(head, caller);
            if (visit != null) {
                Origins.require(visit);
            }
            return STREAMS.contains(path)
                    ? CompletableFuture.completedFuture(false)
                    : router.find(head.head().method(), path)
                            .readsBody(head.call(caller.from(), visit))
                            .toCompletableFuture();
        } catch (IllegalArgumentException malformed) { // a broken escape in the path
            throw HttpProblem.of(HttpResponseStatus.BAD_REQUEST, "malformed request target");
        }
    }

    /** From where a request comes, if that matters there: pages of other origins use streams and the API, nothing else. */
    Origins.@Nullable Visit visit(Request request, Caller caller) {
        try {
            String path = request.path();
            HttpRoute route = router.at(path);
            return STREAMS.contains(path) || (route != null && route.isForPages())
                    ? origins.visit(request.head().headers(), caller.isSecure(), caller.authority())
                    : null;
        } catch (IllegalArgumentException malformed) { // which is answered with 400
            return null;
        }
    }

    /** Who sent {@code request}, and under which name. */
    Caller caller(Request request, Channel channel) {
        return proxies.caller(
                ClientAddress.of(channel), isSecure(channel), request.head().headers());
    }

    /** Whether what comes over {@code channel}, or over the connection whose stream it is, was encrypted. */
    private static boolean isSecure(Channel channel) {
        return channel.pipeline().get(SslHandler.class) != null
                || (ClientAddress.isStream(channel)
                        && channel.parent().pipeline().get(SslHandler.class) != null);
    }

    boolean draining() {
        return readiness.phase() == Readiness.Phase.DRAINING;
    }

    /** Counts a new connection until it closes; what is returned says why it may not become a stream. */
    @Nullable
    Refusal enter(Channel channel) {
        return admission.enter(channel, System.nanoTime());
    }

    /** Counts a connection, of which a proxy has just said whose it is, as that client's; what is returned says why it may not become a stream. */
    @Nullable
    Refusal enterNamed(Channel channel) {
        return admission.enter(channel, ClientAddress.of(channel), System.nanoTime());
    }

    /** Counts a new stream as that of the one who asks for it; what is returned says why it is not taken on. */
    @Nullable
    Refusal enterStream(Channel channel, Request request, Principal who, List<Wish> wishes) {
        Refusal refusal = worker(channel).shard().refusal(who, wishes);
        return refusal == null ? admission.enterStream(channel, caller(request, channel), System.nanoTime()) : refusal;
    }

    /**
     * Refuses a stream for {@code refusal}, or because the gateway drains.
     *
     * @throws HttpProblem 503 with {@code Retry-After}; the wait differs, so that those refused together do not come back
     *     together
     */
    void requireRoom(@Nullable Refusal refusal) throws HttpProblem {
        Refusal reason = draining() ? Refusal.DRAINING : refusal;
        if (reason != null) {
            metrics.refused(reason);
            int wait = 1 + ThreadLocalRandom.current().nextInt(RETRY_SPREAD_SECONDS);
            throw HttpProblem.of(HttpResponseStatus.SERVICE_UNAVAILABLE, reason.words() + "; try again later")
                    .with(HttpHeaderNames.RETRY_AFTER, Integer.toString(wait))
                    .closing();
        }
    }

    /** Lets go of the frames; only when no event loop runs any more. */
    void release() {
        sse.release();
        streams.release();
    }
}
