package dev.fanfare.gateway.hub;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import dev.fanfare.gateway.channel.Publication;
import dev.fanfare.gateway.engine.NoPresence;
import dev.fanfare.gateway.metrics.GatewayMetrics;
import dev.fanfare.gateway.metrics.StreamKind;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.local.LocalIoHandler;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HubTest {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(3, LocalIoHandler.newFactory());
    private final TestBroker broker = new TestBroker();
    private final Hub hub = new Hub(
            loops,
            Bench.config(),
            new Hub.Engine(broker, new NoPresence()),
            NoRevocations.TOKENS,
            new GatewayMetrics(registry));
    private final AtomicInteger received = new AtomicInteger();

    @AfterEach
    void stop() {
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    @Test
    void theCountsAreThoseOfAllLoops() throws Exception {
        join(2, 3, 4);
        joinAll(List.of(1, 0, 0), Bench.WEBSOCKET);

        assertThat(hub.count(StreamKind.SSE)).isEqualTo(9);
        assertThat(hub.count(StreamKind.WEBSOCKET)).isEqualTo(1);
        assertThat(hub.count()).isEqualTo(10);
        assertThat(registry.get("gateway_connections")
                        .tag("transport", "sse")
                        .gauge()
                        .value())
                .isEqualTo(9);
    }

    @Test
    void aPublicationReachesEverySubscriberOfItsChannelOnEveryLoop() throws Exception {
        join(2, 0, 4);
        settle();
        received.set(0); // what told them where they stand
        broker.start(hub);
        publish("t");
        publish("other");

        await().until(() -> received.get() == 6);
        settle();
        assertThat(received).hasValue(6);
        assertThat(registry.get("gateway_messages_published").counter().count()).isEqualTo(2);
    }

    @Test
    void theEngineKnowsWhichChannelsSomebodyWants() throws Exception {
        join(1, 1, 0);

        assertThat(broker.interests).containsExactly("+t");
        assertThat(hub.channels()).isEqualTo(1);
    }

    @Test
    void everyLoopSaysGoodbyeToItsShare() throws Exception {
        List<List<TestClient>> clients = join(10, 20, 30);

        hub.sayGoodbye(12);

        await().until(() -> hub.count() == 48);
        assertThat(clients)
                .map(ofOneLoop -> ofOneLoop.stream()
                        .filter(client -> client.received.contains("bye"))
                        .count())
                .containsExactly(2L, 4L, 6L);
    }

    @Test
    void goodbyeToOneIsGoodbyeToAtMostOnePerLoop() throws Exception {
        join(10, 10, 10);
        hub.sayGoodbye(1);

        await().until(() -> hub.count() < 30);
        settle();
        assertThat(hub.count()).isBetween(27, 29);
    }

    @Test
    void goodbyeToMoreThanThereAreIsGoodbyeToAll() throws Exception {
        join(1, 0, 3);
        hub.sayGoodbye(1000);

        await().until(() -> hub.count() == 0);
    }

    @Test
    void aForeignLoopHasNoShard() {
        EventLoop foreign = new DefaultEventLoop();

        assertThatIllegalArgumentException().isThrownBy(() -> hub.shardOf(foreign));
        foreign.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    }

    private List<List<TestClient>> join(int... perLoop) throws Exception {
        List<Integer> sizes = new ArrayList<>();
        for (int size : perLoop) {
            sizes.add(size);
        }
        return joinAll(sizes, Bench.SSE);
    }

    private List<List<TestClient>> joinAll(List<Integer> perLoop, StreamProtocol protocol) throws Exception {
        List<List<TestClient>> all = new ArrayList<>();
        for (EventExecutor loop : loops) {
            int size = perLoop.get(all.size());
            Shard shard = hub.shardOf((EventLoop) loop);
            all.add(loop.submit(() -> {
                        List<TestClient> clients = new ArrayList<>();
                        for (int i = 0; i < size; i++) {
                            TestClient added = new TestClient(shard, protocol, client -> received.incrementAndGet());
                            added.subscribe(List.of(new Wish("t", Bench.DROPPING, null)));
                            clients.add(added);
                        }
                        return clients;
                    })
                    .get());
        }
        return all;
    }

    private void publish(String channel) {
        broker.publish(channel, Bench.DROPPING, Publication.Content.ofJson("1".getBytes(UTF_8)));
    }

    /** Returns when every loop has done what it had to do until now. */
    private void settle() throws Exception {
        for (EventExecutor loop : loops) {
            loop.submit(() -> {}).get();
        }
    }
}
