package dev.fanfare.gateway.transport;

import dev.fanfare.gateway.address.Literal;
import dev.fanfare.gateway.log.CalmLog;
import dev.fanfare.gateway.metrics.Limit;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Waits for the PROXY protocol header with which a trusted proxy begins a connection, and then lets the connection go on as that of whom
 * the header names. A proxy that sends none in time, or something else, is closed: what it passes on could not be told from what
 * it says itself. Event loop.
 *
 * @see <a href="https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt">The PROXY protocol</a>
 */
final class ProxyProtocolHandler extends SimpleChannelInboundHandler<HAProxyMessage> {
    private static final CalmLog log = new CalmLog(LoggerFactory.getLogger(ProxyProtocolHandler.class));

    private final HttpEndpoints endpoints;
    private final Duration patience;
    private final Consumer<Channel> next;
    private RequestDeadlines.@Nullable Deadline deadline;
    private boolean failed;

    /** @param next adds what follows in the pipeline */
    ProxyProtocolHandler(HttpEndpoints endpoints, Duration patience, Consumer<Channel> next) {
        this.endpoints = endpoints;
        this.patience = patience;
        this.next = next;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        deadline = endpoints.worker(ctx.channel()).deadlines().begin(patience.toNanos(), expired -> {
            deadline = null;
            fail(ctx, Limit.PROXY_TIMEOUT, "no header within " + patience.toMillis() + " ms");
        });
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        if (deadline != null) {
            deadline.cancel();
        }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, HAProxyMessage header) {
        InetSocketAddress client = client(header);
        if (client != null) {
            ClientAddress.set(ctx.channel(), client);
        }
        next.accept(ctx.channel());
        ctx.pipeline().remove(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof DecoderException) {
            fail(ctx, Limit.PROXY_HEADER, "what it sent is no header");
        } else {
            ctx.close(); // it went away
        }
    }

    /** Null where the header says nothing of a client: the proxy speaks for itself (a health check), or does not know. */
    private static @Nullable InetSocketAddress client(HAProxyMessage header) {
        boolean spoken = header.command() == HAProxyCommand.PROXY && header.sourceAddress() != null;
        InetAddress address = spoken ? Literal.parse(header.sourceAddress()) : null; // a path if it is a Unix socket
        return address == null ? null : new InetSocketAddress(address, header.sourcePort());
    }

    private void fail(ChannelHandlerContext ctx, Limit limit, String what) {
        if (!failed) { // the decoder goes on and finds more that is wrong
            failed = true;
            endpoints.metrics().reached(limit);
            log.say(to -> to.warn(
                    "a trusted proxy, {}, does not speak the PROXY protocol: {} (proxy.trusted, proxy.protocol)",
                    ctx.channel().remoteAddress(),
                    what));
        }
        ctx.close();
    }
}
