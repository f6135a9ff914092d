package dev.fanfare.gateway.hub;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.INTEGER;

import dev.fanfare.gateway.channel.Publication;
import dev.fanfare.gateway.channel.StreamPosition;
import dev.fanfare.gateway.metrics.StreamKind;
import dev.fanfare.gateway.wire.SharedFrame;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShardTest {
    private final Bench bench = new Bench(Bench.CONFLATING);

    @Test
    void everyClientGetsTheMessageInItsOwnFormat() {
        TestClient sse = bench.join(Bench.SSE);
        TestClient webSocket = bench.join(Bench.WEBSOCKET);
        bench.broadcast("a");

        assertThat(sse.received).containsExactly("a");
        assertThat(webSocket.received).containsExactly("a");
        assertThat(bench.delivered(StreamKind.SSE)).isEqualTo(1);
        assertThat(bench.delivered(StreamKind.WEBSOCKET)).isEqualTo(1);
        assertThat(bench.registry
                        .get("gateway_broadcast_duration_seconds")
                        .timer()
                        .count())
                .isEqualTo(1);
        assertThat(bench.registry
                        .get("gateway_delivery_latency_seconds")
                        .timer()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void whoSubscribesToAConflatingChannelGetsItsNewestValueAtOnce() {
        bench.broadcast("a");
        TestClient client = bench.join(Bench.SSE);
        bench.broadcast("b");

        assertThat(client.received).containsExactly("a", "b");
    }

    @Test
    void whoSubscribesToAChannelWithHistoryBeginsNow() {
        Bench history = new Bench(Bench.HISTORY);
        history.broadcast("a");
        TestClient client = history.join(Bench.SSE);
        history.broadcast("b");

        assertThat(client.received).containsExactly("b");
    }

    @Test
    void aBusyLoopSkipsToTheNewestMessageAndCountsTheOthers() {
        TestClient client = bench.join(Bench.SSE);
        bench.post("a");
        bench.post("b");
        SharedFrame c = bench.post("c");
        bench.loop.runPendingTasks();

        assertThat(client.received).containsExactly("c");
        assertThat(c.refCnt()).isZero();
        assertThat(bench.counter("gateway_broadcasts_skipped")).isEqualTo(2);
        assertThat(bench.registry
                        .get("gateway_delivery_latency_seconds")
                        .timer()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void aBusyLoopSkipsNothingInAChannelWithHistory() {
        Bench history = new Bench(Bench.HISTORY);
        TestClient client = history.join(Bench.SSE);
        history.post("a");
        history.post("b");
        history.broadcast("c");

        assertThat(client.received).containsExactly("a", "b", "c");
        assertThat(history.counter("gateway_broadcasts_skipped")).isZero();
    }

    @Test
    void afterASkipTheNextMessageComesAgain() {
        TestClient client = bench.join(Bench.SSE);
        bench.post("a");
        bench.broadcast("b");
        bench.broadcast("c");

        assertThat(client.received).containsExactly("b", "c");
    }

    @Test
    void messagesThatComeDuringAPassWaitForItsEndAndTheNewestIsDelivered() {
        bench.join(Bench.SSE);
        TestClient poster = poster(client -> {
            if (client.received.size() == 1) {
                bench.post("b");
                bench.post("c");
            }
        });
        TestClient last = bench.join(Bench.SSE);
        bench.broadcast("a");

        assertThat(poster.received).containsExactly("a", "c");
        assertThat(last.received).containsExactly("a", "c");
        assertThat(bench.counter("gateway_broadcasts_skipped")).isEqualTo(1);
        assertThat(bench.frames).allMatch(frame -> frame.refCnt() == 0);
    }

    @Test
    void broadcastsThatNeverEndLetOtherTasksOfTheLoopInBetween() {
        TestClient poster = poster(client -> {
            if (client.received.size() < 5000) {
                bench.post("more");
            }
        });
        List<Integer> seen = new ArrayList<>();
        bench.post("a");
        bench.loop.eventLoop().execute(() -> seen.add(poster.received.size()));
        for (int slice = 0; slice < 20; slice++) {
            bench.loop.runPendingTasks();
        }

        assertThat(seen).singleElement(as(INTEGER)).isBetween(1, 4_999);
        assertThat(poster.received).hasSize(5000);
        assertThat(bench.frames).allMatch(frame -> frame.refCnt() == 0);
    }

    @Test
    void aPassOverManyClientsLetsOtherTasksOfTheLoopInBetween() {
        for (int i = 0; i < 2500; i++) {
            bench.join(Bench.SSE);
        }
        List<Integer> seen = new ArrayList<>();
        bench.post("a");
        bench.loop.eventLoop().execute(() -> seen.add(bench.order.size()));
        for (int slice = 0; slice < 3; slice++) {
            bench.loop.runPendingTasks();
        }

        assertThat(seen).singleElement(as(INTEGER)).isBetween(1, 2499);
        assertThat(bench.order).hasSize(2500).doesNotHaveDuplicates();
        assertThat(bench.delivered(StreamKind.SSE)).isEqualTo(2500);
        assertThat(bench.frames).allMatch(frame -> frame.refCnt() == 0);
    }

    @Test
    void aMessageForALoopThatHasEndedIsLetGo() {
        EventLoop ended = new DefaultEventLoop();
        ended.shutdownGracefully(0, 0, TimeUnit.SECONDS).awaitUninterruptibly();
        Shard shard = new Shard(ended, Bench.config(), bench.parts());

        for (int i = 0; i < 2; i++) {
            Delivery delivery = delivery(1);
            SharedFrame frame = delivery.frame(Bench.SSE, false);
            shard.fanOut().post(delivery);
            assertThat(frame.refCnt()).isZero();
        }
    }

    @Test
    void aMessageForTwoShardsIsLetGoByTheSecond() {
        Delivery delivery = delivery(2);
        SharedFrame frame = delivery.frame(Bench.SSE, false);

        delivery.skipped();
        assertThat(frame.refCnt()).isEqualTo(1);
        delivery.delivered();
        assertThat(frame.refCnt()).isZero();
    }

    @Test
    void aMessageIsEncodedOncePerForm() {
        Delivery delivery = delivery(1);

        assertThat(delivery.frame(Bench.SSE, true)).isSameAs(delivery.frame(Bench.SSE, true));
        assertThat(delivery.frame(Bench.SSE, true)).isNotSameAs(delivery.frame(Bench.SSE, false));
        assertThat(delivery.frame(Bench.SSE, false)).isNotSameAs(delivery.frame(Bench.WEBSOCKET, false));
        delivery.end();
    }

    private TestClient poster(Consumer<TestClient> onReceive) {
        AtomicBoolean subscribed = new AtomicBoolean();
        TestClient poster = new TestClient(bench.shard, Bench.SSE, client -> {
            if (subscribed.get()) {
                onReceive.accept(client);
            }
        });
        poster.subscribe(List.of(new Wish(Bench.CHANNEL, Bench.CONFLATING, new StreamPosition(0, TestBroker.EPOCH))));
        bench.loop.runPendingTasks();
        poster.received.clear();
        subscribed.set(true);
        return poster;
    }

    private Delivery delivery(int shards) {
        Publication publication =
                new Publication("t", new StreamPosition(1, "e"), Publication.Content.ofJson("1".getBytes(UTF_8)), 0);
        return new Delivery(publication, Bench.CONFLATING, null, shards, bench.metrics);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 6, 8, 10, 16, 25})
    void nobodyIsLastMoreOftenThanHisShare(int clients) {
        for (int i = 0; i < clients; i++) {
            bench.join(Bench.SSE);
        }
        int rounds = 40 * clients;
        Map<TestClient, Integer> timesLast = new HashMap<>();
        for (int i = 0; i < rounds; i++) {
            bench.order.clear();
            bench.broadcast("a");
            timesLast.merge(bench.order.get(clients - 1), 1, Integer::sum);
        }

        assertThat(timesLast).hasSize(clients);
        assertThat(timesLast.values()).allSatisfy(times -> assertThat(times).isBetween(30, 50));
    }

    @Test
    void goodbyeIsSaidToAsManyAsAskedForAndThenToOthers() {
        List<TestClient> clients = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            clients.add(bench.join(Bench.WEBSOCKET));
        }

        bench.shard.sayGoodbye(4);
        assertThat(clients).allMatch(client -> client.received.isEmpty());
        bench.loop.runPendingTasks();
        assertThat(clients)
                .filteredOn(client -> client.received.contains("bye"))
                .hasSize(4);
        bench.shard.sayGoodbye(4);
        bench.shard.sayGoodbye(4);
        bench.loop.runPendingTasks();

        assertThat(clients).allSatisfy(client -> assertThat(client.received).containsExactly("bye"));
    }

    @Test
    void goodbyeDuringAWalkReachesThoseWhoseNeighboursLeaveAtOnce() {
        for (int i = 0; i < 5; i++) {
            bench.join(Bench.SSE);
        }
        bench.shard.sayGoodbye(3);
        bench.loop.runPendingTasks();

        assertThat(bench.shard.count(StreamKind.SSE)).isEqualTo(2);
    }

    @Test
    void aSweepSeesEveryClientOnceASecondAndSaysWhatWaits() {
        List<TestClient> slow = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            TestClient client = bench.join(Bench.SSE);
            if (i % 2 == 0) {
                client.block();
                slow.add(client);
            }
        }
        bench.loop.freezeTime();
        bench.shard.start();
        SharedFrame first = bench.broadcast("a");
        bench.broadcast("b");
        assertThat(bench.shard.waitingStreams()).isZero();

        for (int quarter = 0; quarter < 4; quarter++) {
            bench.loop.advanceTimeBy(250, TimeUnit.MILLISECONDS);
            bench.loop.runScheduledPendingTasks();
        }

        assertThat(bench.shard.waitingStreams()).isEqualTo(3);
        assertThat(bench.shard.waitingBytes()).isEqualTo(3L * first.length());
        assertThat(bench.shard.waitingMessages()).isEqualTo(3);
        assertThat(bench.registry.get("gateway_event_loop_lag_seconds").timer().count())
                .isEqualTo(4);
        slow.forEach(TestClient::unblock);
    }
}
