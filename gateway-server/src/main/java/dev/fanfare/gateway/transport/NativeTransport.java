package dev.fanfare.gateway.transport;

import dev.fanfare.gateway.config.ConfigException;
import dev.fanfare.gateway.hub.DirectWriter;
import dev.fanfare.gateway.hub.FrameWriter;
import dev.fanfare.gateway.hub.QueuedWriter;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * The I/O transport of this process; the only place that knows the alternatives.
 *
 * @param name as printed at start and in {@code gateway_transport_info}
 * @param handlers makes the I/O half of an event loop
 * @param listener type of the listening channel
 * @param writer the fastest way to send a shared frame over it
 */
public record NativeTransport(
        String name, IoHandlerFactory handlers, Class<? extends ServerSocketChannel> listener, FrameWriter writer) {
    private static final String MULTISHOT_ACCEPT = "io.netty.iouring.acceptMultiShotEnabled";

    /**
     * The transport for a choice.
     *
     * @throws ConfigException if what was asked for cannot run here, with the reason
     */
    public static NativeTransport pick(TransportChoice choice) throws ConfigException {
        return switch (choice) {
            case AUTO -> Epoll.isAvailable() ? epoll() : nio();
            case EPOLL -> {
                require("epoll", Epoll.unavailabilityCause());
                yield epoll();
            }
            case IO_URING -> {
                acceptOneByOne();
                require("io-uring", IoUring.unavailabilityCause());
                yield ioUring();
            }
            case NIO -> nio();
        };
    }

    /** Whether options of the epoll transport apply. */
    boolean isEpoll() {
        return listener == EpollServerSocketChannel.class;
    }

    /**
     * A multishot accept that fails is armed again by Netty 4.2 whatever the channel wants, so that it spins when no file
     * descriptor is left. To be called before the class {@link IoUring} is loaded.
     */
    private static void acceptOneByOne() {
        if (System.getProperty(MULTISHOT_ACCEPT) == null) {
            System.setProperty(MULTISHOT_ACCEPT, "false");
        }
    }

    private static NativeTransport epoll() {
        return new NativeTransport(
                "epoll", EpollIoHandler.newFactory(), EpollServerSocketChannel.class, new DirectWriter());
    }

    private static NativeTransport ioUring() {
        return new NativeTransport(
                "io_uring", IoUringIoHandler.newFactory(), IoUringServerSocketChannel.class, new QueuedWriter());
    }

    private static NativeTransport nio() {
        return new NativeTransport("nio", NioIoHandler.newFactory(), NioServerSocketChannel.class, new QueuedWriter());
    }

    private static void require(String name, @Nullable Throwable missing) throws ConfigException {
        if (missing != null) {
            Throwable root = missing;
            while (root.getCause() != null) {
                root = root.getCause();
            }
            throw new ConfigException("server.transport: '%s' cannot run here (%s); allowed: auto, nio"
                    .formatted(name, root.getMessage()));
        }
    }
}
