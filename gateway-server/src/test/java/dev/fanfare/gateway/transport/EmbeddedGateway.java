package dev.fanfare.gateway.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.gateway.address.Forwarding;
import dev.fanfare.gateway.address.ProxyConfig;
import dev.fanfare.gateway.auth.TestIdentity;
import dev.fanfare.gateway.channel.Access;
import dev.fanfare.gateway.channel.ChannelsConfig;
import dev.fanfare.gateway.config.Given;
import dev.fanfare.gateway.config.Settings;
import dev.fanfare.gateway.engine.RecordingBroker;
import dev.fanfare.gateway.http.HttpCall;
import dev.fanfare.gateway.http.HttpReply;
import dev.fanfare.gateway.http.HttpRoute;
import dev.fanfare.gateway.http.HttpRouter;
import dev.fanfare.gateway.http.Origins;
import dev.fanfare.gateway.http.OriginsConfig;
import dev.fanfare.gateway.hub.Hub;
import dev.fanfare.gateway.hub.HubConfig;
import dev.fanfare.gateway.hub.IdleHub;
import dev.fanfare.gateway.hub.QueuedWriter;
import dev.fanfare.gateway.metrics.GatewayMetrics;
import dev.fanfare.gateway.observe.Readiness;
import dev.fanfare.gateway.wire.Compressors;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.DefaultChannelId;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.local.LocalServerChannel;
import io.netty.handler.codec.http.HttpMethod;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * One connection through the real pipeline, without socket and threads, whose every buffer is counted: what is not given back shows at
 * once. One thread.
 */
final class EmbeddedGateway implements AutoCloseable {
    private static final Terms USUAL = Terms.of();
    /** For all of them, because to make one takes longer than anything else here; it warns of the second hub that it counts for, once. */
    private static final GatewayMetrics METRICS =
            new GatewayMetrics(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));

    /** How connections are treated: what the configuration says. */
    record Terms(
            HttpConfig http,
            HubConfig hub,
            ChannelsConfig channels,
            Origins origins,
            Forwarding proxies,
            Admission admission) {
        /** With some settings, each {@code key=value}. */
        static Terms of(String... settings) {
            Map<String, Given> given = new HashMap<>();
            given.put("origins.allowed", new Given("https://ok.example,https://*.ok.example", "test"));
            given.put("compression.sse", new Given("all", "test"));
            for (String setting : settings) {
                int equals = setting.indexOf('=');
                given.put(setting.substring(0, equals), new Given(setting.substring(equals + 1), "test"));
            }
            Settings in = new Settings(Map.of(), Map.of(), given);
            Forwarding proxies = new Forwarding(ProxyConfig.from(in));
            return new Terms(
                    HttpConfig.from(in),
                    HubConfig.from(in),
                    ChannelsConfig.from(in, Access.ANYONE),
                    new Origins(OriginsConfig.from(in), false),
                    proxies,
                    new Admission(LimitsConfig.from(in), proxies, 1_000, () -> false));
        }
    }

    private static final HttpRouter ROUTER =
            new HttpRouter(Map.of("/echo", new Echo(), "/echo/", new Echo()), "/sse", "/ws");
    private static final int READ = 2048;

    private final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(false, true);
    private final Connection connection = new Connection();
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private final Readiness readiness = new Readiness();
    private final Hub hub;
    private final HttpEndpoints endpoints;

    /** Answers with the length of what it got, so that a body that is cut elsewhere shows. */
    private static final class Echo implements HttpRoute {
        @Override
        public Set<HttpMethod> methods() {
            return Set.of(HttpMethod.GET, HttpMethod.POST, HttpMethod.HEAD);
        }

        @Override
        public CompletionStage<Boolean> readsBody(HttpCall head) {
            return CompletableFuture.completedStage(true);
        }

        @Override
        public CompletionStage<HttpReply> answer(HttpCall call) {
            String text = "%s %d %d".formatted(call.path(), call.query().size(), call.body().length);
            return CompletableFuture.completedFuture(HttpReply.ok("text/plain", text.getBytes(UTF_8)));
        }
    }

    /** Accepted by a server, and its other end is on this machine. */
    private static final class Connection extends EmbeddedChannel {
        Connection() {
            super(new LocalServerChannel(), DefaultChannelId.newInstance(), true, false);
        }

        @Override
        protected SocketAddress remoteAddress0() {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), 1234);
        }
    }

    EmbeddedGateway() {
        this(USUAL);
    }

    EmbeddedGateway(Terms terms) {
        readiness.ready();
        hub = IdleHub.on(connection.eventLoop(), new RecordingBroker(), METRICS);
        endpoints = new HttpEndpoints(
                ROUTER,
                new SseHandshake(
                        terms.http().retry().toMillis(),
                        terms.http().compression().sse().codings()),
                new Streams(
                        terms.hub(),
                        terms.http().reconnectSpread(),
                        new QueuedWriter(),
                        new Compressors(terms.http().compression())),
                terms.channels(),
                Map.of(
                        connection.eventLoop(),
                        new Worker(
                                hub.shardOf(connection.eventLoop()),
                                new RequestDeadlines(connection.eventLoop(), () -> false))),
                METRICS,
                terms.admission(),
                terms.proxies(),
                readiness,
                new Bodies(terms.http().maxBodies(), METRICS),
                terms.origins(),
                ClientMessages.of(terms.http(), MessageListener.NONE, METRICS),
                TestIdentity.NONE);
        connection.config().setAllocator(memory);
        connection.pipeline().addLast(new GatewayPipeline(terms.http(), endpoints, null));
        connection.pipeline().fireChannelActive();
    }

    /** Reads {@code bytes} as they would come from a socket, {@code piece} at a time at most. */
    EmbeddedGateway receive(byte[] bytes, int piece) {
        int step = Math.max(1, Math.min(READ, piece));
        for (int from = 0; from < bytes.length && connection.isOpen(); from += step) {
            int length = Math.min(step, bytes.length - from);
            connection.writeInbound(memory.directBuffer(length).writeBytes(bytes, from, length));
            takeOut();
        }
        return this;
    }

    /** All bytes that were sent so far. */
    byte[] sent() {
        takeOut();
        return sent.toByteArray();
    }

    boolean isOpen() {
        return connection.isOpen();
    }

    int streams() {
        return hub.count();
    }

    /** Bytes of buffers in use. */
    long held() {
        return memory.metric().usedDirectMemory() + memory.metric().usedHeapMemory();
    }

    /** The client goes away: nothing may be left of it. */
    @Override
    public void close() {
        connection.close();
        connection.finishAndReleaseAll();
        connection.checkException();
        assertThat(hub.count()).as("streams that are left").isZero();
        assertThat(held()).as("bytes of buffers that are left").isZero();
        endpoints.release();
    }

    private void takeOut() {
        connection.runPendingTasks();
        for (Object out = connection.readOutbound(); out != null; out = connection.readOutbound()) {
            ByteBuf bytes = (ByteBuf) out;
            byte[] copy = new byte[bytes.readableBytes()];
            bytes.readBytes(copy);
            bytes.release();
            sent.writeBytes(copy);
        }
        Object inbound = connection.readInbound();
        assertThat(inbound).as("what reached the end of the pipeline").isNull();
    }
}
