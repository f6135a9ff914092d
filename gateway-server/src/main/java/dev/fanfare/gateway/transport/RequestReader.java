package dev.fanfare.gateway.transport;

import dev.fanfare.gateway.http.HttpProblem;
import dev.fanfare.gateway.metrics.Limit;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Makes whole {@link Request}s and finds what is wrong with them. After a request
 * that cannot be served nothing more is read, because nobody knows where the next one would begin. A long body is kept only when the
 * route that was called wants it from this caller. Event loop.
 */
final class RequestReader extends SimpleChannelInboundHandler<HttpObject> {
    private static final byte[] NOTHING = {};
    /** RFC 3986 §3.2.2 has none of them in a host. */
    private static final String NOT_IN_HOST = ",/?#@\\<>\"^`{|}";

    private final HttpConfig config;
    private final HttpEndpoints endpoints;
    private @Nullable HttpRequest head;
    /** Longer than what has come when there is more to come, so that a large body is not copied with every part. */
    private byte[] body = NOTHING;

    private long bodyBytes;
    /** The most that the body of this request may have. */
    private int limit;
    /** For a body longer than {@link Bodies#SHORT}. */
    private Bodies.@Nullable Lease lease;

    private boolean deaf;

    RequestReader(HttpConfig config, HttpEndpoints endpoints) {
        this.config = config;
        this.endpoints = endpoints;
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        forget();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, HttpObject part) {
        if (!deaf && part instanceof HttpRequest request) {
            begin(ctx, request);
        }
        if (!deaf && part instanceof HttpContent content && head != null) {
            body(ctx, head, content);
        }
    }

    /** Whether a request has come whose body is not complete. */
    boolean isReading() {
        return head != null;
    }

    private void begin(ChannelHandlerContext ctx, HttpRequest request) {
        head = request;
        bodyBytes = 0;
        body = NOTHING;
        limit = Math.min(Bodies.SHORT, config.maxBody());
        try {
            requireSound(request);
            long announced = HttpUtil.getContentLength(request, 0L);
            if (announced > limit) {
                admit(ctx, request, announced);
            }
        } catch (HttpProblem problem) {
            refuse(ctx, request, problem.closing());
            return;
        }
        if (HttpUtil.is100ContinueExpected(request)
                && !ctx.pipeline().get(HttpHandler.class).isAnswering()) { // else it would overtake that answer
            ctx.writeAndFlush(new DefaultFullHttpResponse(
                    HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
        }
    }

    /** Lets a body of {@code length} bytes come, or at least a long one, if the route and the caller are such that it will be read. */
    private void admit(ChannelHandlerContext ctx, HttpRequest request, long length) throws HttpProblem {
        if (length <= config.maxBody() && isRead(ctx, request)) {
            limit = config.maxBody();
            lease = endpoints.bodies().new Lease();
        }
        if (length > limit) {
            throw tooLarge();
        }
    }

    /** Whether the body of {@code request} is read; while nobody knows yet who calls it comes, and no further when it is known that the caller may not. */
    private boolean isRead(ChannelHandlerContext ctx, HttpRequest request) throws HttpProblem {
        CompletableFuture<Boolean> read = endpoints.readsBody(new Request(request, NOTHING, null, null), ctx.channel());
        if (read.isDone()) {
            return HttpProblem.join(read);
        }
        read.whenComplete((yes, failure) -> ctx.executor().execute(() -> {
            if (failure != null && head == request && !deaf && !ctx.isRemoved()) {
                refuse(ctx, request, problemOf(failure).closing());
            }
        }));
        return true;
    }

    private static HttpProblem problemOf(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof HttpProblem problem
                ? problem
                : HttpProblem.of(HttpResponseStatus.INTERNAL_SERVER_ERROR, "nobody knows who calls");
    }

    private void body(ChannelHandlerContext ctx, HttpRequest request, HttpContent content) {
        Throwable failure = content.decoderResult().cause();
        bodyBytes += content.content().readableBytes();
        try {
            if (failure != null) {
                throw malformed(failure);
            }
            if (bodyBytes > limit) {
                if (lease != null) {
                    throw tooLarge();
                }
                admit(ctx, request, bodyBytes); // it did not say how much there would be
            }
            append(request, content);
        } catch (HttpProblem problem) {
            refuse(ctx, request, problem.closing());
            return;
        }
        if (content instanceof LastHttpContent) {
            byte[] whole = body.length == bodyBytes ? body : Arrays.copyOf(body, (int) bodyBytes);
            Request complete = new Request(request, whole, lease, null);
            head = null;
            body = NOTHING;
            lease = null;
            ctx.fireChannelRead(complete);
        }
    }

    private void append(HttpRequest request, HttpContent content) throws HttpProblem {
        int more = content.content().readableBytes();
        int length = (int) bodyBytes;
        if (length > body.length) {
            long announced = HttpUtil.getContentLength(request, (long) limit);
            boolean first = body.length == 0; // nearly always the only one
            int room = first ? length : (int) Math.max(length, Math.min(2L * length, announced));
            if (lease != null && !lease.grow(room)) {
                throw HttpProblem.of(
                                HttpResponseStatus.SERVICE_UNAVAILABLE,
                                "the gateway holds as many bytes of requests as it may (http.max-bodies); try again later")
                        .with(HttpHeaderNames.RETRY_AFTER, "1");
            }
            body = Arrays.copyOf(body, room);
        }
        content.content().readBytes(body, length - more, more);
    }

    private void forget() {
        body = NOTHING;
        if (lease != null) {
            lease.end();
            lease = null;
        }
    }

    private void refuse(ChannelHandlerContext ctx, HttpRequest request, HttpProblem problem) {
        deaf = true;
        forget();
        ctx.fireChannelRead(new Request(request, NOTHING, null, problem));
    }

    private void requireSound(HttpRequest request) throws HttpProblem {
        Throwable failure = request.decoderResult().cause();
        if (failure instanceof TooLongHttpLineException) {
            endpoints.metrics().reached(Limit.REQUEST_LINE);
            throw HttpProblem.of(
                    HttpResponseStatus.REQUEST_URI_TOO_LONG,
                    "the request line has at most " + config.maxRequestLine() + " bytes");
        }
        int fields = config.client().headerCount();
        if (failure instanceof CountedHeaders.TooManyException
                || request.headers().size() > fields) {
            endpoints.metrics().reached(Limit.HEADER_COUNT);
            throw HttpProblem.of(
                    HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
                    "a request has at most " + fields + " header fields (http.max-header-count)");
        }
        if (failure instanceof TooLongHttpHeaderException) {
            endpoints.metrics().reached(Limit.HEADERS);
            throw HttpProblem.of(
                    HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
                    "the header fields have at most " + config.maxHeaders() + " bytes together");
        }
        if (failure != null) {
            throw malformed(failure);
        }
        requireShortQuery(request.uri());
        requireOneMeaning(request);
    }

    /** Another reader before us must not see another request: where it ends, and for which host it is. */
    private static void requireOneMeaning(HttpRequest request) throws HttpProblem {
        List<String> hosts = request.headers().getAll(HttpHeaderNames.HOST);
        boolean hostNeeded = request.protocolVersion().compareTo(HttpVersion.HTTP_1_1) >= 0;
        if (hosts.size() > 1
                || (hosts.isEmpty() && hostNeeded)
                || !hosts.stream().allMatch(RequestReader::isHost)) {
            throw HttpProblem.of( // RFC 9112 §3.2
                    HttpResponseStatus.BAD_REQUEST,
                    "the header Host must stand in a request once, with a name and no more");
        }
        List<String> codings = request.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING);
        if (codings.size() > 1 || (codings.size() == 1 && !codings.get(0).trim().equalsIgnoreCase("chunked"))) {
            throw HttpProblem.of(
                    HttpResponseStatus.BAD_REQUEST, "Transfer-Encoding may be chunked, once, and nothing else");
        }
    }

    /** Whether that has only characters of a name or address and a port; what a line that was folded adds does not pass. */
    private static boolean isHost(String text) {
        return text.chars().allMatch(c -> c > ' ' && c < 0x7f && NOT_IN_HOST.indexOf(c) < 0);
    }

    private void requireShortQuery(String uri) throws HttpProblem {
        int query = uri.indexOf('?');
        int most = config.client().queryParameters();
        int parameters = 1;
        for (int i = query; i >= 0 && i < uri.length() && parameters <= most; i++) {
            char next = uri.charAt(i);
            parameters += next == '&' || next == ';' ? 1 : 0;
        }
        if (parameters > most) {
            endpoints.metrics().reached(Limit.QUERY_PARAMETERS);
            throw HttpProblem.of(
                    HttpResponseStatus.BAD_REQUEST,
                    "the query has at most " + most + " parameters (http.max-query-parameters)");
        }
    }

    private HttpProblem tooLarge() {
        endpoints.metrics().reached(Limit.BODY);
        return HttpProblem.of(
                HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE,
                "a request body has at most %d bytes, or %d where none is expected"
                        .formatted(config.maxBody(), Math.min(Bodies.SHORT, config.maxBody())));
    }

    private static HttpProblem malformed(Throwable failure) {
        return HttpProblem.of(HttpResponseStatus.BAD_REQUEST, "malformed request: " + failure.getMessage());
    }
}
