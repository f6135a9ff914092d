package dev.fanfare.gateway.transport;

import dev.fanfare.gateway.address.Caller;
import dev.fanfare.gateway.auth.Principal;
import dev.fanfare.gateway.http.HttpProblem;
import dev.fanfare.gateway.http.HttpReply;
import dev.fanfare.gateway.http.HttpRoute;
import dev.fanfare.gateway.http.Origins;
import dev.fanfare.gateway.hub.HalfClose;
import dev.fanfare.gateway.log.CalmLog;
import dev.fanfare.gateway.metrics.Limit;
import dev.fanfare.gateway.metrics.Refusal;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection while it speaks HTTP: one request after the other, until it ends or becomes a stream. Owned by its event
 * loop.
 *
 * <p>After the last answer only our half is closed, and what still comes is thrown away for a moment: closing a socket
 * that has unread bytes sends a reset, and a reset can take the answer away from the client (RFC 9112 §9.6).
 */
final class HttpHandler extends SimpleChannelInboundHandler<Request> {
    private static final Logger log = LoggerFactory.getLogger(HttpHandler.class);
    private static final CalmLog failures = new CalmLog(log);
    /** Requests that wait; when there are more, nothing is read until half of them are answered. */
    private static final int MAX_PIPELINED = 32;
    /** Bytes of theirs, beside long bodies, with which nothing more is read; of long bodies it is {@code http.max-body}. */
    private static final int MAX_PIPELINED_BYTES = 64 * 1024;
    /** More do not come from one read, unless somebody makes it larger; then the connection ends. */
    private static final int FAR_TOO_MANY = 1024;

    private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** How long a connection over the limits may take for its one request. */
    static final long REFUSED_NANOS = TimeUnit.SECONDS.toNanos(2);

    private enum State {
        /** Nothing of the next request has come. */
        IDLE,
        /** The next request has begun to come, or is to come first thing on a new connection. */
        RECEIVING,
        /** A request is being answered. */
        ANSWERING,
        /** The last answer is on its way or gone. */
        LEAVING
    }

    private final HttpConfig config;
    private final HttpEndpoints endpoints;
    private final StreamDoor door;
    /** Why this connection may not become a stream; null if it may. */
    private final @Nullable Refusal refusal;
    /** Requests that came before the last one was answered. */
    private final Queue<Request> pipelined = new ArrayDeque<>(1);
    /** Bytes that wait in {@link #pipelined}: heads and short bodies, long bodies. */
    private long pipelinedBytes;

    private long pipelinedBodies;

    private State state = State.RECEIVING;
    /** Where the request that is being answered comes from, if that matters. */
    private Origins.@Nullable Visit visit;

    private RequestDeadlines.@Nullable Deadline deadline;
    /** Whether there were more requests than we let wait; those that do wait are answered, then the connection ends. */
    private boolean overflow;

    private boolean requestInThisRead;

    /** {@code refusal} says why this connection may not become a stream; null if it may. */
    HttpHandler(HttpConfig config, HttpEndpoints endpoints, GatewayPipeline pipeline, @Nullable Refusal refusal) {
        this.config = config;
        this.endpoints = endpoints;
        this.door = new StreamDoor(endpoints, pipeline, refusal);
        this.refusal = refusal;
    }

    /** An accepted connection is active already, and one that has negotiated TLS was told so long ago. */
    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        long patience = config.requestTimeout().toNanos();
        setDeadline(ctx, refusal == null ? patience : Math.min(patience, REFUSED_NANOS));
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        forgetPipelined();
        ctx.channel().config().setAutoRead(true); // a stream, or a farewell, must hear its client
        if (deadline != null) {
            deadline.cancel();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (state == State.IDLE && !requestInThisRead) { // bytes came, but not yet a whole request
            state = State.RECEIVING;
            setDeadline(ctx, config.requestTimeout().toNanos());
        }
        requestInThisRead = false;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        log.debug("{}: {}", ClientAddress.of(ctx.channel()), cause.toString());
        ctx.close();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, Request request) {
        if (!ctx.channel().isActive()) {
            request.done();
            return; // half a head that the decoder gave up on when the client left
        }
        requestInThisRead = true;
        if (state == State.IDLE || state == State.RECEIVING) {
            answer(ctx, request);
        } else if (state == State.ANSWERING && !overflow && pipelined.size() < FAR_TOO_MANY) {
            pipelined.add(request);
            account(request, 1);
            if (isFull(1)) {
                ctx.channel().config().setAutoRead(false);
            }
        } else {
            overflow = true;
            request.done();
        }
    }

    private void account(Request request, int sign) {
        pipelinedBytes += (long) sign * request.weight();
        pipelinedBodies += request.lease() == null ? 0 : (long) sign * request.body().length;
    }

    /** Whether as much waits as may, or a {@code part} of it. */
    private boolean isFull(int part) {
        return pipelined.size() >= MAX_PIPELINED / part
                || pipelinedBytes > MAX_PIPELINED_BYTES / part
                || pipelinedBodies > config.maxBody() / part;
    }

    private void answer(ChannelHandlerContext ctx, Request request) {
        state = State.ANSWERING;
        setDeadline(ctx, config.requestTimeout().toNanos());
        Caller caller = endpoints.caller(request, ctx.channel());
        if (!caller.readable()) {
            endpoints.metrics().reached(Limit.FORWARDED);
        }
        visit = endpoints.visit(request, caller);
        attempt(ctx, request, () -> {
            if (request.problem() != null) {
                throw request.problem();
            }
            String path = request.path();
            if (visit != null && answeredAsPage(ctx, request, path, visit)) {
                return;
            }
            switch (path) {
                case "/sse" -> openSse(ctx, request);
                case "/ws" -> identify(ctx, request, true, door.webSocket(ctx.channel(), request));
                default -> answerBy(endpoints.router().find(request.head().method(), path), ctx, request);
            }
        });
    }

    /** A step towards an answer. */
    @FunctionalInterface
    private interface Step {
        void take() throws HttpProblem;
    }

    /** Takes {@code step}; if it fails, that is the answer. */
    private void attempt(ChannelHandlerContext ctx, Request request, Step step) {
        try {
            step.take();
        } catch (HttpProblem problem) {
            send(ctx, request, problem.reply());
        } catch (RejectedExecutionException busy) { // too many slow routes wait
            send(
                    ctx,
                    request,
                    HttpProblem.of(
                                    HttpResponseStatus.SERVICE_UNAVAILABLE,
                                    "the gateway is busy with requests like this")
                            .reply());
        } catch (IllegalArgumentException malformed) { // a broken escape in the path
            send(
                    ctx,
                    request,
                    HttpProblem.of(HttpResponseStatus.BAD_REQUEST, "malformed request target")
                            .reply());
        }
    }

    /**
     * Answers a browser that asks what its page may do.
     *
     * @return false if something else is asked
     * @throws HttpProblem 403 if the page may do nothing
     */
    private boolean answeredAsPage(ChannelHandlerContext ctx, Request request, String path, Origins.Visit from)
            throws HttpProblem {
        Origins.require(from);
        HttpHeaders headers = request.head().headers();
        if (!Origins.isPreflight(request.head().method(), headers)) {
            return false;
        }
        HttpRoute route = endpoints.router().at(path);
        Set<HttpMethod> methods = route == null ? Set.of(HttpMethod.GET) : route.methods();
        send(ctx, request, Origins.preflight(from, headers, methods));
        return true;
    }

    private void answerBy(HttpRoute route, ChannelHandlerContext ctx, Request request) {
        route.answer(request.call(endpoints.caller(request, ctx.channel()).from(), visit))
                .whenComplete((reply, failure) -> {
                    request.done();
                    ctx.executor().execute(() -> send(ctx, request, failure == null ? reply : replyTo(failure)));
                });
    }

    boolean isAnswering() {
        return state == State.ANSWERING;
    }

    private void openSse(ChannelHandlerContext ctx, Request request) throws HttpProblem {
        StreamDoor.Opening opening = door.sse(ctx.channel(), request, visit);
        if (endpoints.draining()) { // an EventSource gives up for good at 503, but comes back after an end
            endpoints.metrics().refused(Refusal.DRAINING);
            send(ctx, request, door.comeBack(ctx.channel()));
        } else {
            identify(ctx, request, false, opening);
        }
    }

    /**
     * Finds out who asks for a stream; at once, unless a key must be fetched first. Meanwhile the deadline holds, what else is asked waits, and
     * the client may leave.
     */
    private void identify(ChannelHandlerContext ctx, Request request, boolean webSocket, StreamDoor.Opening then)
            throws HttpProblem {
        InetSocketAddress from = endpoints.caller(request, ctx.channel()).from();
        CompletableFuture<Principal> found =
                endpoints.identity().of(request.call(from, visit), webSocket).toCompletableFuture();
        if (found.isDone()) {
            then.open(HttpProblem.join(found));
            return;
        }
        found.whenComplete((who, failure) -> ctx.executor().execute(() -> {
            if (!ctx.isRemoved() && ctx.channel().isActive() && state == State.ANSWERING) {
                attempt(ctx, request, () -> {
                    Principal identified = HttpProblem.join(found);
                    if (endpoints.worker(ctx.channel()).shard().isRevoked(identified)) { // since it was looked at
                        throw HttpProblem.of(HttpResponseStatus.UNAUTHORIZED, "the token was revoked");
                    }
                    then.open(identified);
                });
            }
        }));
    }

    private void send(ChannelHandlerContext ctx, Request request, HttpReply reply) {
        request.done();
        FullHttpResponse response = reply.toResponse(request.isHead());
        if (visit != null) {
            Origins.describe(visit, response.headers());
        }
        boolean last = overflow && pipelined.isEmpty();
        boolean welcome = refusal == null && !endpoints.draining();
        boolean keep = request.keepsAlive() && HttpUtil.isKeepAlive(response) && !last && welcome;
        setConnection(response.headers(), request, keep);
        endpoints.metrics().answered(reply.status().code());
        ChannelFuture sent = ctx.writeAndFlush(response);
        if (keep) {
            sent.addListener(done -> next(ctx));
        } else {
            state = State.LEAVING;
            ctx.channel().config().setAutoRead(true); // to throw away what still comes
            sent.addListener(done -> leave(ctx, done.isSuccess()));
        }
    }

    private static void setConnection(HttpHeaders headers, Request request, boolean keep) {
        headers.remove(HttpHeaderNames.CONNECTION);
        if (headers.contains(HttpHeaderNames.UPGRADE)) { // RFC 9110 §7.8
            headers.add(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
        }
        if (!keep) {
            headers.add(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        } else if (request.isHttp10()) {
            headers.add(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
        }
    }

    private void next(ChannelHandlerContext ctx) {
        Request waiting = pipelined.poll();
        if (!ctx.channel().isActive()) {
            if (waiting != null) {
                waiting.done();
            }
            forgetPipelined(); // whoever went away must not open a stream any more: nothing would end it
        } else if (waiting != null) {
            account(waiting, -1);
            if (!isFull(2)) {
                ctx.channel().config().setAutoRead(true);
            }
            answer(ctx, waiting);
        } else {
            boolean begun = ctx.pipeline().get(RequestReader.class).isReading();
            state = begun ? State.RECEIVING : State.IDLE;
            setDeadline(ctx, (begun ? config.requestTimeout() : config.keepAliveTimeout()).toNanos());
        }
    }

    private void forgetPipelined() {
        pipelined.forEach(Request::done);
        pipelined.clear();
        pipelinedBytes = 0;
        pipelinedBodies = 0;
    }

    private void leave(ChannelHandlerContext ctx, boolean sent) {
        if (sent) {
            setDeadline(ctx, LINGER_NANOS);
            HalfClose.of(ctx.channel());
        } else {
            ctx.close();
        }
    }

    private void setDeadline(ChannelHandlerContext ctx, long nanos) {
        if (deadline != null) {
            deadline.in(nanos);
        } else if (ctx.channel().isActive()) {
            deadline = endpoints.worker(ctx.channel()).deadlines().begin(nanos, expired -> timedOut(ctx));
        }
    }

    private void timedOut(ChannelHandlerContext ctx) {
        deadline = null;
        if (state != State.RECEIVING) {
            ctx.close();
            return;
        }
        endpoints.metrics().requestTimedOut();
        HttpProblem late = HttpProblem.of(
                        HttpResponseStatus.REQUEST_TIMEOUT,
                        "no complete request within " + config.requestTimeout().toMillis() + " ms")
                .closing();
        endpoints.metrics().answered(HttpResponseStatus.REQUEST_TIMEOUT.code());
        state = State.LEAVING;
        setDeadline(ctx, LINGER_NANOS);
        ctx.writeAndFlush(late.reply().toResponse(false)).addListener(done -> leave(ctx, done.isSuccess()));
    }

    private static HttpReply replyTo(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof HttpProblem problem) {
            return problem.reply();
        }
        failures.say(to -> to.warn("a route failed", cause));
        return HttpProblem.of(HttpResponseStatus.INTERNAL_SERVER_ERROR, "the gateway failed; its log says why")
                .reply();
    }
}
