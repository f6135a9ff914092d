package dev.fanfare.gateway.transport;

import dev.fanfare.gateway.http.HttpProblem;
import dev.fanfare.gateway.http.HttpReply;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection while it speaks HTTP: one request after the other, until it ends or becomes a stream. Owned by its event
 * loop.
 */
final class HttpHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final Logger log = LoggerFactory.getLogger(HttpHandler.class);
    private static final int MAX_PIPELINED = 32;

    private final HttpConfig config;
    private final HttpEndpoints endpoints;
    private final GatewayPipeline pipeline;
    /** Requests that came before the last one was answered. */
    private final Queue<HttpRequest> pipelined = new ArrayDeque<>(1);

    private RequestDeadlines.@Nullable Deadline deadline;
    private boolean answering;

    HttpHandler(HttpConfig config, HttpEndpoints endpoints, GatewayPipeline pipeline) {
        this.config = config;
        this.endpoints = endpoints;
        this.pipeline = pipeline;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        deadline = endpoints
                .worker(ctx.channel())
                .deadlines()
                .begin(config.requestTimeout().toNanos(), expired -> timedOut(ctx));
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        if (deadline != null) {
            deadline.cancel();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        log.debug("{}: {}", ctx.channel().remoteAddress(), cause.toString());
        ctx.close();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
        if (!answering) {
            answer(ctx, request);
        } else if (pipelined.size() < MAX_PIPELINED) {
            pipelined.add(request); // its body is not kept: no route reads one
        } else {
            ctx.close();
        }
    }

    private void answer(ChannelHandlerContext ctx, HttpRequest request) {
        answering = true;
        extendDeadline(config.requestTimeout().toNanos());
        boolean head = request.method().equals(HttpMethod.HEAD);
        boolean keepAlive = HttpUtil.isKeepAlive(request);
        try {
            requireValid(request);
            String path = new QueryStringDecoder(request.uri()).path();
            switch (path) {
                case "/sse" -> openSse(ctx, request);
                case "/ws" -> openWebSocket(ctx, request);
                default ->
                    endpoints
                            .router()
                            .find(request.method(), path)
                            .get(request.headers())
                            .whenComplete((reply, failure) -> ctx.executor()
                                    .execute(() ->
                                            send(ctx, failure == null ? reply : replyTo(failure), head, keepAlive)));
            }
        } catch (HttpProblem problem) {
            send(ctx, problem.reply(), head, keepAlive);
        } catch (IllegalArgumentException malformed) { // a broken escape in the path
            send(
                    ctx,
                    replyTo(HttpProblem.of(HttpResponseStatus.BAD_REQUEST, "malformed request target")),
                    head,
                    keepAlive);
        }
    }

    private void openSse(ChannelHandlerContext ctx, HttpRequest request) throws HttpProblem {
        endpoints.requireOpen();
        ByteBuf head = endpoints.sse().accept(request).from(0);
        endpoints.metrics().answered(HttpResponseStatus.OK.code());
        Streams streams = endpoints.streams();
        pipeline.becomeSse(
                ctx.channel(), SseHandshake.chunked(request) ? streams.sseChunked() : streams.ssePlain(), head);
    }

    private void openWebSocket(ChannelHandlerContext ctx, HttpRequest request) throws HttpProblem {
        endpoints.requireOpen();
        ByteBuf head = Unpooled.wrappedBuffer(WebSocketHandshake.accept(request));
        endpoints.metrics().answered(HttpResponseStatus.SWITCHING_PROTOCOLS.code());
        pipeline.becomeWebSocket(ctx.channel(), endpoints.streams().webSocket(), head);
    }

    private void send(ChannelHandlerContext ctx, HttpReply reply, boolean head, boolean keepAlive) {
        FullHttpResponse response = reply.toResponse(head);
        boolean keep = keepAlive && HttpUtil.isKeepAlive(response);
        HttpUtil.setKeepAlive(response, keep);
        endpoints.metrics().answered(reply.status().code());
        ChannelFuture sent = ctx.writeAndFlush(response);
        if (keep) {
            sent.addListener(done -> next(ctx));
        } else {
            sent.addListener(ChannelFutureListener.CLOSE);
        }
    }

    private void next(ChannelHandlerContext ctx) {
        answering = false;
        extendDeadline(config.keepAliveTimeout().toNanos());
        HttpRequest waiting = pipelined.poll();
        if (waiting != null) {
            answer(ctx, waiting);
        }
    }

    private void extendDeadline(long nanos) {
        if (deadline != null) {
            deadline.in(nanos);
        }
    }

    private void timedOut(ChannelHandlerContext ctx) {
        endpoints.metrics().requestTimedOut();
        if (answering) {
            ctx.close();
            return;
        }
        HttpProblem late = HttpProblem.of(
                        HttpResponseStatus.REQUEST_TIMEOUT,
                        "no complete request within " + config.requestTimeout().toMillis() + " ms")
                .closing();
        send(ctx, late.reply(), false, false);
    }

    private void requireValid(HttpRequest request) throws HttpProblem {
        Throwable failure = request.decoderResult().cause();
        if (failure instanceof TooLongHttpLineException) {
            throw HttpProblem.of(
                            HttpResponseStatus.REQUEST_URI_TOO_LONG,
                            "the request line has at most " + config.maxRequestLine() + " bytes")
                    .closing();
        }
        if (failure instanceof TooLongHttpHeaderException) {
            throw HttpProblem.of(
                            HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
                            "the header fields have at most " + config.maxHeaders() + " bytes together")
                    .closing();
        }
        if (failure != null) {
            throw HttpProblem.of(HttpResponseStatus.BAD_REQUEST, "malformed request: " + failure.getMessage())
                    .closing();
        }
    }

    private static HttpReply replyTo(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof HttpProblem problem) {
            return problem.reply();
        }
        log.warn("a route failed", cause);
        return HttpProblem.of(HttpResponseStatus.INTERNAL_SERVER_ERROR, "the gateway failed; its log says why")
                .reply();
    }
}
