package dev.fanfare.load.connect;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;

/**
 * How sockets are waited for: epoll where its native library loads, Java NIO elsewhere. Picked here and nowhere else.
 *
 * @param label its name in reports
 * @param epoll whether options that only epoll has may be set
 * @param channel what a connection is made of
 */
record IoBackend(String label, boolean epoll, Class<? extends SocketChannel> channel) {
    static IoBackend pick() {
        return Epoll.isAvailable()
                ? new IoBackend("epoll", true, EpollSocketChannel.class)
                : new IoBackend("nio", false, NioSocketChannel.class);
    }

    EventLoopGroup loops(int count) {
        IoHandlerFactory factory = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        return new MultiThreadIoEventLoopGroup(count, new DefaultThreadFactory("load-" + label, true), factory);
    }
}
