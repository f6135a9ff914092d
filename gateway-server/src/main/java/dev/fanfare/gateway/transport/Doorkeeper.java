package dev.fanfare.gateway.transport;

import dev.fanfare.gateway.metrics.GatewayMetrics;
import dev.fanfare.gateway.metrics.Limit;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * Stands at the listening channel and cuts connections that would be refused anyway, before anything is made for them: no event loop,
 * no handler, no byte read. Only while {@link Admission#MAX_TOLD} others are being told why they are refused, for that is kinder; and never an
 * exempt address, for that is where health checks come from. They are reset, so that nothing of them stays in the kernel. Owned by the
 * boss event loop.
 */
final class Doorkeeper extends ChannelInboundHandlerAdapter {
    private final Admission admission;
    private final GatewayMetrics metrics;

    Doorkeeper(Admission admission, GatewayMetrics metrics) {
        this.admission = admission;
        this.metrics = metrics;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object accepted) {
        Channel channel = (Channel) accepted;
        if (admission.told() >= Admission.MAX_TOLD && isUnwanted(channel)) {
            metrics.reached(Limit.CUT_AT_ACCEPT);
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
            channel.unsafe().closeForcibly();
        } else {
            ctx.fireChannelRead(accepted);
        }
    }

    private boolean isUnwanted(Channel channel) {
        InetAddress address = channel.remoteAddress() instanceof InetSocketAddress peer ? peer.getAddress() : null;
        return !admission.isExempt(address) && admission.isFull(address, System.nanoTime());
    }
}
