package dev.fanfare.gateway.boot;

import dev.fanfare.gateway.api.Api;
import dev.fanfare.gateway.api.ApiAccess;
import dev.fanfare.gateway.auth.AuthConfig;
import dev.fanfare.gateway.auth.Authenticator;
import dev.fanfare.gateway.auth.Identity;
import dev.fanfare.gateway.auth.MemoryRevocations;
import dev.fanfare.gateway.auth.Revocations;
import dev.fanfare.gateway.channel.ChannelsConfig;
import dev.fanfare.gateway.config.ConfigException;
import dev.fanfare.gateway.console.StaticPage;
import dev.fanfare.gateway.console.StatsRoute;
import dev.fanfare.gateway.engine.Broker;
import dev.fanfare.gateway.engine.PresenceStore;
import dev.fanfare.gateway.engine.memory.Counts;
import dev.fanfare.gateway.engine.memory.EngineThread;
import dev.fanfare.gateway.engine.memory.MemoryBroker;
import dev.fanfare.gateway.engine.memory.MemoryPresence;
import dev.fanfare.gateway.http.HttpRoute;
import dev.fanfare.gateway.http.HttpRouter;
import dev.fanfare.gateway.http.Origins;
import dev.fanfare.gateway.hub.Hub;
import dev.fanfare.gateway.metrics.GatewayMetrics;
import dev.fanfare.gateway.metrics.JvmMemory;
import dev.fanfare.gateway.metrics.RuntimeMeters;
import dev.fanfare.gateway.observe.HealthRoutes;
import dev.fanfare.gateway.observe.MemoryHeadroom;
import dev.fanfare.gateway.observe.MetricsRoute;
import dev.fanfare.gateway.observe.Readiness;
import dev.fanfare.gateway.ticker.TickBroadcaster;
import dev.fanfare.gateway.ticker.TickDataException;
import dev.fanfare.gateway.ticker.TickSource;
import dev.fanfare.gateway.ticker.TickerConfig;
import dev.fanfare.gateway.tls.Certificates;
import dev.fanfare.gateway.transport.GatewayServer;
import dev.fanfare.gateway.transport.MessageListener;
import dev.fanfare.gateway.transport.NativeTransport;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One running gateway: all parts, wired by hand, in the order in which they start and, backwards, stop. Main thread. */
final class Gateway implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Gateway.class);
    /** Requests for metrics and the like that may wait; more are answered 503. */
    private static final int MAX_BACKGROUND = 64;

    private final GatewayConfig config;
    private final NativeTransport transport;
    private final Readiness readiness = new Readiness();
    private final ExecutorService background = new ThreadPoolExecutor(
            1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MAX_BACKGROUND), daemon("background"));
    private final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor(daemon("watch"));
    private final MemoryHeadroom memory;
    private final RuntimeMeters runtimeMeters;
    private final GatewayServer server;
    private final Broker broker;
    private final PresenceStore presence;
    private final Revocations revocations;
    private final Authenticator authenticator;
    private final Identity identity;
    private final Hub hub;
    private final GatewayServer.Routes routes;
    private final GatewayMetrics metrics;
    private final @Nullable Certificates certificates;
    private final @Nullable TickSource ticks;
    private final @Nullable TickBroadcaster ticker;

    /**
     * Makes everything; nothing listens yet.
     *
     * @throws ConfigException if the transport, the certificate or the tick source cannot be had
     */
    Gateway(GatewayConfig config) throws ConfigException {
        this.config = config;
        transport = NativeTransport.pick(config.server().transport());
        ticks = tickSource(config.ticker());
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        metrics = new GatewayMetrics(registry);
        metrics.info(transport.name(), Version.get());
        certificates = config.tls().isOn() ? new Certificates(config.tls(), GatewayServer.PROTOCOLS, metrics) : null;
        runtimeMeters = new RuntimeMeters(registry);
        server = new GatewayServer(config.server(), transport);
        EngineThread engine = new EngineThread(config.engine());
        MemoryBroker memoryBroker = new MemoryBroker(config.engine(), engine);
        Counts counts = memoryBroker.counts();
        metrics.watchEngine(counts::bytes, counts::evicted, engine::waiting);
        metrics.watchEngineBounds(counts::channels, counts::refused, counts::keysEvicted);
        broker = memoryBroker;
        presence = new MemoryPresence(engine);
        MemoryRevocations kept = new MemoryRevocations(config.auth(), Clock.systemUTC());
        metrics.watchRevocations(kept::count);
        revocations = kept;
        hub = new Hub(
                server.workers(),
                config.hub(),
                new Hub.Engine(broker, presence),
                new Hub.Tokens(revocations, config.auth().expiryGrace()),
                metrics);
        revocations.listen(revoked -> hub.closeRevoked());
        authenticator = Authenticator.of(config.auth(), revocations, metrics);
        identity = new Identity(authenticator, config.auth().hasKeys());
        JvmMemory jvmMemory = new JvmMemory();
        metrics.watchMemory(jvmMemory);
        memory = new MemoryHeadroom(config.limits().maxMemoryPercent(), jvmMemory, hub::count);
        routes = forWhom(routes(registry));
        ticker = ticks == null
                ? null
                : new TickBroadcaster(
                        ticks,
                        config.ticker().interval(),
                        broker,
                        config.channels().rulesOf(ChannelsConfig.TICKS),
                        metrics);
    }

    /**
     * Starts to listen, then to tick.
     *
     * @return the addresses it listens on
     * @throws IOException if one cannot be bound
     */
    GatewayServer.Addresses start() throws IOException {
        return start(MessageListener.NONE);
    }

    /** The same with somebody who hears what WebSocket clients say. */
    GatewayServer.Addresses start(MessageListener heard) throws IOException {
        broker.start(hub);
        hub.start();
        watch.scheduleWithFixedDelay(memory, 0, 1, TimeUnit.SECONDS);
        GatewayServer.Addresses addresses = server.listen(
                new GatewayServer.Terms(
                        config.http(),
                        config.hub(),
                        config.limits(),
                        config.proxies(),
                        config.channels(),
                        origins(),
                        config.tls()),
                new GatewayServer.Service(hub, routes, identity, metrics, readiness, memory, certificates),
                heard);
        if (certificates != null) {
            certificates.start();
        }
        if (ticker != null) {
            ticker.start();
        }
        readiness.ready();
        return addresses;
    }

    /** Keeps the watchdog of {@code manager} quiet for as long as the event loops live. */
    void watchedBy(ServiceManager manager) {
        Watchdog.start(manager, hub, watch);
    }

    /** Open streams. */
    int streams() {
        return hub.count();
    }

    /** Lets all clients go, paced; returns when they have gone or the time is over. */
    void drain() {
        new Drain(config.drain(), hub, server, readiness).run();
    }

    @Override
    public void close() {
        if (ticker != null) {
            ticker.close();
        }
        if (certificates != null) {
            certificates.close();
        }
        server.close();
        if (certificates != null) {
            certificates.release();
        }
        authenticator.close();
        broker.close();
        background.shutdownNow();
        watch.shutdownNow();
        runtimeMeters.close();
    }

    /** Reads again what can change while it runs: certificates. Any thread. */
    void reload() {
        if (certificates == null) {
            log.info("SIGHUP: there is nothing to read again without tls.certificate");
        } else {
            certificates.reload();
        }
    }

    /** What connections are encrypted with, in words; null if they are not. */
    @Nullable
    String encryption() {
        return certificates == null ? null : certificates.describe();
    }

    NativeTransport transport() {
        return transport;
    }

    /** What the ticks are, in words. */
    String ticks() {
        return ticks == null ? "no ticks (ticker.source: off)" : ticks.describe();
    }

    /**
     * Whether what the gateway tells of itself needs the key of the API: as soon as somebody has set keys, for the API or for tokens, and the
     * public could ask.
     */
    private boolean isProtected() {
        boolean apart = config.server().management().port() != null;
        boolean open = config.api().keys().isEmpty() && config.auth().mode() != AuthConfig.Mode.TOKENS;
        return !apart && !open;
    }

    private Origins origins() {
        return new Origins(config.origins(), config.auth().mode() != AuthConfig.Mode.TOKENS);
    }

    /** With an address for management the public keeps streams and health: whatever else there is, it cannot be found there. */
    private GatewayServer.Routes forWhom(Map<String, HttpRoute> all) {
        HttpRouter everything = new HttpRouter(all, "/sse", "/ws");
        if (config.server().management().port() == null) {
            return new GatewayServer.Routes(everything, everything);
        }
        Map<String, HttpRoute> open = new HashMap<>(all);
        open.keySet().removeIf(path -> !path.startsWith("/health/"));
        return new GatewayServer.Routes(new HttpRouter(open, "/sse", "/ws"), everything);
    }

    private Map<String, HttpRoute> routes(PrometheusMeterRegistry registry) {
        StatsRoute.Node node = new StatsRoute.Node(
                Version.get(),
                transport.name(),
                config.server().workers(),
                config.ticker().interval().toMillis());
        Map<String, HttpRoute> routes = new HashMap<>();
        routes.put("/", StaticPage.of("index.html", "text/html; charset=utf-8"));
        routes.put("/console.css", StaticPage.of("console.css", "text/css; charset=utf-8"));
        for (String script : List.of("format.js", "chart.js", "console.js")) {
            routes.put("/" + script, StaticPage.of(script, "text/javascript; charset=utf-8"));
        }
        routes.put("/favicon.svg", StaticPage.of("favicon.svg", "image/svg+xml"));
        routes.put("/console/stats", new StatsRoute(hub, metrics, readiness, node, background));
        routes.put("/metrics", new MetricsRoute(registry, background));
        ApiAccess access = new ApiAccess(config.api(), identity, metrics);
        if (isProtected()) {
            for (String path : List.of("/console/stats", "/metrics")) {
                routes.computeIfPresent(path, (same, route) -> access.forOperators(route));
            }
        }
        Api.Parts parts = new Api.Parts(
                config.channels(),
                broker,
                presence,
                hub,
                revocations,
                config.auth().hasKeys(),
                background,
                Version.get());
        routes.putAll(Api.routes(config.api(), access, parts));
        routes.put("/health/live", HealthRoutes.live());
        routes.put("/health/ready", HealthRoutes.ready(readiness));
        return routes;
    }

    private static @Nullable TickSource tickSource(TickerConfig config) throws ConfigException {
        try {
            return config.open();
        } catch (TickDataException unusable) {
            throw new ConfigException("ticker.file: " + unusable.getMessage());
        }
    }

    private static ThreadFactory daemon(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }
}
