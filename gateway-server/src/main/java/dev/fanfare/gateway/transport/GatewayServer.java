package dev.fanfare.gateway.transport;

import dev.fanfare.gateway.address.Forwarding;
import dev.fanfare.gateway.address.ProxyConfig;
import dev.fanfare.gateway.auth.Identity;
import dev.fanfare.gateway.channel.ChannelsConfig;
import dev.fanfare.gateway.http.HttpRouter;
import dev.fanfare.gateway.http.Origins;
import dev.fanfare.gateway.hub.Hub;
import dev.fanfare.gateway.hub.HubConfig;
import dev.fanfare.gateway.metrics.GatewayMetrics;
import dev.fanfare.gateway.observe.OpenFiles;
import dev.fanfare.gateway.observe.Readiness;
import dev.fanfare.gateway.tls.Certificates;
import dev.fanfare.gateway.tls.TlsConfig;
import dev.fanfare.gateway.wire.Compressors;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Boss and worker event loops, and the listening socket. Made, started and closed by one thread. */
public final class GatewayServer implements AutoCloseable {
    /** Connections taken from the accept queue in one go. */
    private static final int ACCEPT_BATCH = 256;
    /** Connections to the management address. */
    private static final int MANAGERS = 1_000;

    /** Numbers of {@code <netinet/tcp.h>} on Linux. */
    private static final int IPPROTO_TCP = 6;
    // Set on the listening socket: Linux copies them to each accepted one, which saves two system calls a connection.
    private static final ChannelOption<Integer> USER_TIMEOUT =
            new IntegerUnixChannelOption("TCP_USER_TIMEOUT", IPPROTO_TCP, 18);
    private static final ChannelOption<Integer> NOTSENT_LOWAT =
            new IntegerUnixChannelOption("TCP_NOTSENT_LOWAT", IPPROTO_TCP, 25);

    /** Bytes read at a time; clients send little, and one allocator for all saves 130 bytes a connection. */
    private static final int RECEIVE_BUFFER = 2048;

    /** What may be spoken inside TLS, the preferred first, as ALPN names it. */
    public static final List<String> PROTOCOLS =
            List.of(ApplicationProtocolNames.HTTP_2, ApplicationProtocolNames.HTTP_1_1);

    private final ServerConfig config;
    private final NativeTransport transport;
    private final EventLoopGroup boss;
    private final EventLoopGroup workers;
    /** Those of the public. */
    private final List<Channel> listeners = new ArrayList<>();

    private @Nullable Channel management;
    private @Nullable HttpEndpoints endpoints;

    /** Makes the event loops; nothing listens yet. */
    public GatewayServer(ServerConfig config, NativeTransport transport) {
        this.config = config;
        this.transport = transport;
        this.boss = new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("boss"), transport.handlers());
        this.workers = new MultiThreadIoEventLoopGroup(
                config.workers(), new DefaultThreadFactory("worker"), transport.handlers());
    }

    /** The event loops that own the connections. */
    public EventLoopGroup workers() {
        return workers;
    }

    /** What the connections are served with; {@code certificates} are null without TLS. */
    public record Service(
            Hub hub,
            Routes routes,
            Identity identity,
            GatewayMetrics metrics,
            Readiness readiness,
            BooleanSupplier memoryTight,
            @Nullable Certificates certificates) {}

    /** What is served to the public, and at {@code management.port}. */
    public record Routes(HttpRouter open, HttpRouter management) {}

    /** How the connections are treated. */
    public record Terms(
            HttpConfig http,
            HubConfig hub,
            LimitsConfig limits,
            ProxyConfig proxies,
            ChannelsConfig channels,
            Origins origins,
            TlsConfig tls) {}

    /**
     * Where it listens.
     *
     * @param main {@code server.port}, encrypted if there is TLS
     * @param plain {@code tls.plain-port}; null if nothing speaks plain beside
     * @param management {@code management.port}; null if everything is served to the public
     */
    public record Addresses(
            InetSocketAddress main,
            @Nullable InetSocketAddress plain,
            @Nullable InetSocketAddress management) {}

    /**
     * Binds and begins to accept.
     *
     * @param heard hears what WebSocket clients say
     * @return the addresses it listens on
     * @throws IOException if one cannot be bound; the message says which and why
     */
    public Addresses listen(Terms terms, Service service, MessageListener heard) throws IOException {
        HttpConfig http = terms.http();
        HubConfig hub = terms.hub();
        Forwarding proxies = new Forwarding(terms.proxies());
        Admission admission = new Admission(terms.limits(), proxies, OpenFiles.left(), service.memoryTight());
        HttpEndpoints served = new HttpEndpoints(
                service.routes().open(),
                new SseHandshake(
                        http.retry().toMillis(), http.compression().sse().codings()),
                new Streams(hub, http.reconnectSpread(), transport.writer(), new Compressors(http.compression())),
                terms.channels(),
                workersOf(service),
                service.metrics(),
                admission,
                proxies,
                service.readiness(),
                new Bodies(http.maxBodies(), service.metrics()),
                terms.origins(),
                ClientMessages.of(http, heard, service.metrics()),
                service.identity());
        endpoints = served;
        GatewayPipeline main = new GatewayPipeline(http, served, door(terms, service));
        Channel at = bind(bootstrap(terms, service, main), config.host(), config.port(), "server.host, server.port");
        listeners.add(at);
        Integer beside = terms.tls().plainPort();
        if (beside != null) {
            GatewayPipeline plain = main.beside(served, null);
            listeners.add(bind(bootstrap(terms, service, plain), config.host(), beside, "server.host, tls.plain-port"));
        }
        management = manage(terms, service, served, main);
        return new Addresses(
                (InetSocketAddress) at.localAddress(),
                beside == null ? null : (InetSocketAddress) listeners.get(1).localAddress(),
                management == null ? null : (InetSocketAddress) management.localAddress());
    }

    /** Limits of its own, so that whoever runs the gateway gets in when nobody else does; no proxy stands between. */
    private @Nullable Channel manage(Terms terms, Service service, HttpEndpoints served, GatewayPipeline main)
            throws IOException {
        ManagementConfig where = config.management();
        if (where.port() == null) {
            return null;
        }
        Forwarding proxies = new Forwarding(terms.proxies().withoutProtocol());
        LimitsConfig limits = terms.limits().forFew(MANAGERS);
        HttpEndpoints managed = served.with(
                service.routes().management(), new Admission(limits, proxies, OpenFiles.left(), () -> false), proxies);
        GatewayPipeline pipeline = main.beside(managed, where.tls() ? door(terms, service) : null);
        return bind(
                bootstrap(terms, service, pipeline), where.host(), where.port(), "management.host, management.port");
    }

    /** Null without TLS. Each port has one, or a storm at one would keep out those at the other. */
    private static @Nullable TlsDoor door(Terms terms, Service service) {
        Certificates certificates = service.certificates();
        return certificates == null ? null : new TlsDoor(terms.tls(), certificates, service.metrics());
    }

    private ServerBootstrap bootstrap(Terms terms, Service service, GatewayPipeline pipeline) {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(boss, workers)
                .channel(transport.listener())
                .option(ChannelOption.SO_BACKLOG, config.backlog())
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new ServerChannelRecvByteBufAllocator().maxMessagesPerRead(ACCEPT_BATCH))
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(RECEIVE_BUFFER))
                .handler(atTheDoor(pipeline.admission(), service.metrics()))
                .childHandler(pipeline);
        if (transport.isEpoll()) {
            bootstrap.option(USER_TIMEOUT, (int) terms.hub().stallTimeout().toMillis());
            if (config.unsentLowWater() > 0) {
                bootstrap.option(NOTSENT_LOWAT, config.unsentLowWater());
            }
        }
        if (config.reusePort()) {
            bootstrap.option(UnixChannelOption.SO_REUSEPORT, true);
        }
        return bootstrap;
    }

    /** What stands at a listening channel, before the step that gives a connection to its event loop. */
    private static ChannelInitializer<Channel> atTheDoor(Admission admission, GatewayMetrics metrics) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel listening) {
                listening.pipeline().addLast(new AcceptPause(metrics)).addLast(new Doorkeeper(admission, metrics));
            }
        };
    }

    /** Closes the public's listening sockets; connections live on, and so does the management address. */
    public void stopAccepting() {
        listeners.forEach(listener -> listener.close().awaitUninterruptibly());
    }

    /** Stops the event loops; whatever is still connected is cut. */
    @Override
    public void close() {
        stopAccepting();
        if (management != null) {
            management.close().awaitUninterruptibly();
        }
        // What was accepted already (io_uring says so late) must reach its loop before that ends.
        boss.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
        for (EventExecutor worker : workers) {
            worker.submit(() -> {}).awaitUninterruptibly(1, TimeUnit.SECONDS);
        }
        // Without a quiet period a loop that is busy at this moment may end before it has closed its connections.
        boolean ended =
                workers.shutdownGracefully(1, 2_000, TimeUnit.MILLISECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
        if (ended && endpoints != null) { // a loop that still runs may still read the frames
            endpoints.release();
            endpoints = null;
        }
    }

    private static Channel bind(ServerBootstrap bootstrap, String host, int port, String keys) throws IOException {
        ChannelFuture bound = bootstrap.bind(host, port).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(
                    "cannot listen on %s port %d: %s (%s)".formatted(host, port, reason(bound.cause()), keys),
                    bound.cause());
        }
        return bound.channel();
    }

    private static String reason(Throwable cause) {
        if (cause instanceof UnresolvedAddressException || cause instanceof UnknownHostException) {
            return "there is no such host";
        }
        String words = String.valueOf(cause.getMessage());
        return words.contains("in use") ? "another program uses it" : words;
    }

    private Map<EventLoop, Worker> workersOf(Service service) {
        Map<EventLoop, Worker> owned = new HashMap<>();
        for (EventExecutor executor : workers) {
            EventLoop loop = (EventLoop) executor;
            owned.put(loop, new Worker(service.hub().shardOf(loop), new RequestDeadlines(loop, service.memoryTight())));
        }
        return owned;
    }
}
