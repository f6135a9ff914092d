package dev.fanfare.gateway.transport;

import dev.fanfare.gateway.http.HttpProblem;
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
import org.jspecify.annotations.Nullable;

/**
 * Makes whole {@link Request}s and finds what is wrong with them. After a request
 * that cannot be served nothing more is read, because nobody knows where the next one would begin. Event loop.
 */
final class RequestReader extends SimpleChannelInboundHandler<HttpObject> {
    private static final byte[] NOTHING = {};

    private final HttpConfig config;
    private @Nullable HttpRequest head;
    /** Longer than what has come when there is more to come, so that a large body is not copied with every part. */
    private byte[] body = NOTHING;

    private long bodyBytes;
    private boolean deaf;

    RequestReader(HttpConfig config) {
        this.config = config;
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

    private void begin(ChannelHandlerContext ctx, HttpRequest request) {
        head = request;
        bodyBytes = 0;
        body = NOTHING;
        HttpProblem problem = problemOf(request);
        if (problem != null) {
            refuse(ctx, request, problem);
        } else if (HttpUtil.is100ContinueExpected(request)
                && !ctx.pipeline().get(HttpHandler.class).isAnswering()) { // else it would overtake that answer
            ctx.writeAndFlush(new DefaultFullHttpResponse(
                    HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
        }
    }

    private void body(ChannelHandlerContext ctx, HttpRequest request, HttpContent content) {
        Throwable failure = content.decoderResult().cause();
        bodyBytes += content.content().readableBytes();
        if (failure != null) {
            refuse(ctx, request, malformed(failure));
        } else if (bodyBytes > config.maxBody()) {
            refuse(ctx, request, tooLarge());
        } else if (content instanceof LastHttpContent) {
            head = null;
            append(content);
            byte[] whole = body.length == bodyBytes ? body : Arrays.copyOf(body, (int) bodyBytes);
            body = NOTHING;
            ctx.fireChannelRead(new Request(request, whole, null));
        } else {
            append(content);
        }
    }

    private void append(HttpContent content) {
        int more = content.content().readableBytes();
        int length = (int) bodyBytes;
        if (length > body.length) {
            boolean first = body.length == 0; // nearly always the only one
            body = Arrays.copyOf(body, first ? length : Math.max(length, Math.min(2 * length, config.maxBody())));
        }
        content.content().readBytes(body, length - more, more);
    }

    private void refuse(ChannelHandlerContext ctx, HttpRequest request, HttpProblem problem) {
        deaf = true;
        ctx.fireChannelRead(new Request(request, NOTHING, problem));
    }

    private @Nullable HttpProblem problemOf(HttpRequest request) {
        Throwable failure = request.decoderResult().cause();
        if (failure instanceof TooLongHttpLineException) {
            return HttpProblem.of(
                            HttpResponseStatus.REQUEST_URI_TOO_LONG,
                            "the request line has at most " + config.maxRequestLine() + " bytes")
                    .closing();
        }
        if (failure instanceof TooLongHttpHeaderException) {
            return HttpProblem.of(
                            HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
                            "the header fields have at most " + config.maxHeaders() + " bytes together")
                    .closing();
        }
        if (failure != null) {
            return malformed(failure);
        }
        int hosts = request.headers().getAll(HttpHeaderNames.HOST).size();
        if (hosts > 1 || (hosts == 0 && request.protocolVersion().compareTo(HttpVersion.HTTP_1_1) >= 0)) {
            return HttpProblem.of( // RFC 9112 §3.2
                            HttpResponseStatus.BAD_REQUEST, "the header Host must stand in a request once")
                    .closing();
        }
        return HttpUtil.getContentLength(request, 0L) > config.maxBody() ? tooLarge() : null;
    }

    private HttpProblem tooLarge() {
        return HttpProblem.of(
                        HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE,
                        "a request body has at most " + config.maxBody() + " bytes")
                .closing();
    }

    private static HttpProblem malformed(Throwable failure) {
        return HttpProblem.of(HttpResponseStatus.BAD_REQUEST, "malformed request: " + failure.getMessage())
                .closing();
    }
}
