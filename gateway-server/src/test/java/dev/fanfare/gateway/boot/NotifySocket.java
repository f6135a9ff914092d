package dev.fanfare.gateway.boot;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The socket on which systemd would listen. Needs epoll. */
public final class NotifySocket implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 30;

    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final BlockingQueue<List<String>> messages = new LinkedBlockingQueue<>();

    private NotifySocket(String address) {
        new Bootstrap()
                .group(loop)
                .channel(EpollDomainDatagramChannel.class)
                .handler(new SimpleChannelInboundHandler<DomainDatagramPacket>() {
                    @Override
                    protected void channelRead0(ChannelHandlerContext context, DomainDatagramPacket message) {
                        messages.add(List.of(message.content().toString(UTF_8).split("\n", -1)));
                    }
                })
                .bind(new DomainSocketAddress(address.replaceFirst("^@", "\0")))
                .syncUninterruptibly();
    }

    /** Listens on a path or, when it begins with {@code @}, on an abstract address. */
    public static NotifySocket on(String address) {
        return new NotifySocket(address);
    }

    /** The lines of the next message. */
    public List<String> next() throws InterruptedException {
        List<String> message = next(PATIENCE_SECONDS * 1000L);
        if (message == null) {
            throw new AssertionError("no message came");
        }
        return message;
    }

    /** The lines of the next message, or null if none comes in time. */
    public @Nullable List<String> next(long millis) throws InterruptedException {
        return messages.poll(millis, TimeUnit.MILLISECONDS);
    }

    /** Forgets what has come so far. */
    public void clear() {
        messages.clear();
    }

    @Override
    public void close() {
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
