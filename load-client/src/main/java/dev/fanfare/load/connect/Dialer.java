package dev.fanfare.load.connect;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.handler.ssl.SslHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.function.Consumer;

/** Opens the TCP connections of one event loop: the only place that knows sockets and what stands in their pipelines. That loop only. */
final class Dialer {
    /** In place of a source: whatever address the system takes. */
    static final int ANY_SOURCE = -1;

    private static final int SLOW_RECEIVE_BUFFER = 4096;
    private static final int FIRST_SOURCE = 0x7f000002;

    private final EventLoop loop;
    private final IoBackend io;
    private final TlsClient tls;
    private final SharedReceiveBuffer receiveBuffer = new SharedReceiveBuffer();

    /**
     * A connection wanted.
     *
     * @param target to where
     * @param source index of its source address on the loopback network, or {@link #ANY_SOURCE}
     * @param slow whether it gets a small receive buffer
     * @param http2 whether it is for HTTP/2
     * @param patienceMillis how long to try to connect, and then to agree on keys; 0 for somebody who watches over it anyway
     */
    record Line(Target target, int source, boolean slow, boolean http2, int patienceMillis) {}

    Dialer(EventLoop loop, IoBackend io, TlsPlan plan) {
        this.loop = loop;
        this.io = io;
        this.tls = new TlsClient(plan);
    }

    /**
     * Opens a connection that {@code handler} uses: it has the pipeline for itself, but for TLS before it. Its writes wait for the
     * handshake.
     */
    void dial(Line line, ChannelHandler handler, Consumer<Throwable> failed) {
        Target target = line.target();
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channel(io.channel())
                .disableResolver()
                .option(ChannelOption.RECVBUF_ALLOCATOR, receiveBuffer)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, line.patienceMillis())
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(target.tls() ? encrypted(line, handler) : handler);
        if (io.epoll()) {
            bootstrap.option(EpollChannelOption.IP_BIND_ADDRESS_NO_PORT, true);
        }
        if (line.slow()) {
            bootstrap.option(ChannelOption.SO_RCVBUF, SLOW_RECEIVE_BUFFER);
        }
        if (line.source() != ANY_SOURCE && target.loopbackV4()) {
            bootstrap.localAddress(new InetSocketAddress(source(line.source()), 0));
        }
        bootstrap.connect(target.address()).addListener(done -> {
            Throwable cause = done.cause();
            if (cause != null) {
                onLoop(() -> failed.accept(cause));
            }
        });
    }

    private ChannelHandler encrypted(Line line, ChannelHandler handler) {
        return new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel channel) {
                SslHandler encrypting = tls.handler(channel.alloc(), line.target(), line.http2());
                encrypting.setHandshakeTimeoutMillis(line.patienceMillis());
                channel.pipeline().addLast(encrypting, handler);
            }
        };
    }

    /** A channel that could not even be made has no loop: Netty tells of it on a thread of its own. */
    private void onLoop(Runnable task) {
        if (loop.inEventLoop()) {
            task.run();
        } else {
            loop.execute(task);
        }
    }

    private static InetAddress source(int block) {
        int address = FIRST_SOURCE + block;
        byte[] raw = {(byte) (address >> 24), (byte) (address >> 16), (byte) (address >> 8), (byte) address};
        try {
            return InetAddress.getByAddress(raw);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an IPv4 address", e);
        }
    }

    TlsClient tls() {
        return tls;
    }

    /** Frees what outlives the connections. Only after the event loop has ended. */
    void release() {
        receiveBuffer.release();
        tls.release();
    }
}
