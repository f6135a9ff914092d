package dev.fanfare.gateway.transport;

import dev.fanfare.gateway.log.CalmLog;
import dev.fanfare.gateway.metrics.GatewayMetrics;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/**
 * Stands at the listening channel. When the system refuses a connection (mostly: no file descriptor is left) accepting
 * rests for a moment instead of spinning, and goes on by itself. One log line at the beginning and one at the end, however
 * long it lasts: the end is when nothing was refused for a whole rest, because at the limit every connection that leaves
 * lets one in before the next is refused. Owned by the boss event loop.
 */
final class AcceptPause extends ChannelInboundHandlerAdapter {
    private static final long REST_MILLIS = 500;

    private final GatewayMetrics metrics;
    private final CalmLog pauses = new CalmLog(LoggerFactory.getLogger(AcceptPause.class));
    private final CalmLog ends = new CalmLog(LoggerFactory.getLogger(AcceptPause.class));
    private boolean paused;
    private boolean refused;

    AcceptPause(GatewayMetrics metrics) {
        this.metrics = metrics;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        refused = true;
        if (!paused) {
            paused = true;
            metrics.acceptPaused();
            pauses.say(log -> log.warn(
                    "accepting connections pauses: {}. Retrying every {} ms; 'gateway-server.jar doctor' says what to raise",
                    cause.getMessage(),
                    REST_MILLIS));
        }
        if (ctx.channel().config().isAutoRead()) {
            ctx.channel().config().setAutoRead(false);
            later(ctx, () -> retry(ctx));
        }
    }

    private void retry(ChannelHandlerContext ctx) {
        refused = false;
        ctx.channel().config().setAutoRead(true);
        later(ctx, () -> {
            if (paused && !refused) {
                paused = false;
                metrics.acceptResumed();
                ends.say(log -> log.info("accepting connections again"));
            }
        });
    }

    private static void later(ChannelHandlerContext ctx, Runnable step) {
        ctx.executor().schedule(step, REST_MILLIS, TimeUnit.MILLISECONDS);
    }
}
