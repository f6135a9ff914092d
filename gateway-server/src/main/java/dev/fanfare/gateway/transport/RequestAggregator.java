package dev.fanfare.gateway.transport;

import dev.fanfare.gateway.http.HttpProblem;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;

/** Makes whole requests; one whose body is too long is answered like any other problem. Event loop. */
final class RequestAggregator extends HttpObjectAggregator {
    private final int maxBody;

    RequestAggregator(int maxBody) {
        super(maxBody);
        this.maxBody = maxBody;
    }

    @Override
    protected void handleOversizedMessage(ChannelHandlerContext ctx, HttpMessage oversized) {
        HttpProblem problem = HttpProblem.of(
                        HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE, "a request body has at most " + maxBody + " bytes")
                .closing();
        ctx.writeAndFlush(problem.reply().toResponse(false)).addListener(ChannelFutureListener.CLOSE);
    }
}
