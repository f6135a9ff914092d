package dev.fanfare.gateway.hub;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.gateway.channel.ChannelRules;
import dev.fanfare.gateway.channel.Publication;
import dev.fanfare.gateway.channel.SlowConsumerPolicy;
import dev.fanfare.gateway.channel.StreamPosition;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing is lost without a word, and nothing waits for ever. */
class LossTest {
    private static final String GAP = "event: gap\n{\"channel\":\"t\"}";
    private static final ChannelRules DROPPING_HISTORY = Bench.rules(1_000, false, SlowConsumerPolicy.DROP);

    @Test
    void aPublicationWithAKeyTakesNoOthersPlaceInABusyLoop() {
        Bench bench = new Bench(Bench.CONFLATING);
        TestClient client = bench.join(Bench.SSE);
        bench.post("a");
        bench.post(Bench.CHANNEL, "k", "key");
        bench.loop.runPendingTasks();

        assertThat(client.events()).containsExactly("a", "k");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatIsDroppedIsToldRightWhereItIsMissing(boolean history) {
        Bench bench = new Bench(history ? DROPPING_HISTORY : Bench.DROPPING, new QueuedWriter());
        TestClient client = bench.join(Bench.SSE);
        client.keepIds();
        client.block();
        bench.broadcast("first");
        bench.broadcast("x".repeat(Bench.MAX_PENDING)); // does not fit
        client.unblock();
        bench.loop.runPendingTasks();
        bench.broadcast("last");

        assertThat(client.events()).containsExactly("first", GAP, "last");
        assertThat(bench.counter("gateway_history_gaps")).isEqualTo(1);
        assertThat(bench.counter("gateway_messages_dropped", "reason", "slow")).isEqualTo(1);
    }

    @Test
    void aLossIsToldBeforeTheNextMessageThatFits() {
        Bench bench = new Bench(Bench.DROPPING);
        TestClient client = bench.join(Bench.WEBSOCKET);
        client.block();
        bench.broadcast("a");
        bench.broadcast("b");
        bench.broadcast("x".repeat(Bench.MAX_PENDING)); // does not fit
        client.takeOne();
        bench.broadcast("c"); // would fit alone, but not after the words about what is missing
        client.unblock();
        bench.broadcast("d");

        assertThat(client.received).hasSize(4).endsWith("d");
        assertThat(client.received.get(2)).contains("\"gap\"");
        assertThat(bench.counter("gateway_messages_dropped", "reason", "slow")).isEqualTo(2);
    }

    @Test
    void whoHearsOnlyPatternsGetsAnIdToComeBackWith() {
        Bench bench = new Bench(Bench.HISTORY);
        TestClient client = new TestClient(bench.shard, Bench.SSE, each -> {});
        client.keepIds();
        client.subscribe(List.of(new Wish("t:*", Bench.HISTORY, null)));
        bench.loop.runPendingTasks();

        assertThat(client.received).containsExactly("id: -\n\n");
    }

    @Test
    void whoSubscribesToAPatternOfConflatingChannelsGetsTheirValuesFirst() {
        Bench bench = new Bench(Bench.CONFLATING);
        bench.post("t:a", "a1");
        bench.post("t:b", "b1");
        bench.broadcast("t:a", "a2");
        TestClient client = new TestClient(bench.shard, Bench.SSE, each -> {});
        client.subscribe(List.of(new Wish("t:b", Bench.CONFLATING, null), new Wish("t:*", Bench.CONFLATING, null)));
        bench.loop.runPendingTasks();
        assertThat(client.events()).containsExactly("b1", "a2"); // the one subscribed to by name comes once
        bench.broadcast("t:c", "c1");

        assertThat(client.events()).containsExactly("b1", "a2", "c1");
    }

    @Test
    void aSlowClientOfSuchAPatternIsToldTheGapAndThenTheValues() {
        Bench bench = new Bench(Bench.CONFLATING);
        TestClient client = new TestClient(bench.shard, Bench.SSE, each -> {});
        client.subscribe(List.of(new Wish("t:*", Bench.CONFLATING, null)));
        bench.loop.runPendingTasks();
        client.block();
        bench.broadcast("t:a", "a1");
        bench.broadcast("t:b", "x".repeat(Bench.MAX_PENDING));
        bench.broadcast("t:a", "a2".repeat(Bench.MAX_PENDING));
        bench.broadcast("t:b", "b3".repeat(Bench.MAX_PENDING));
        client.unblock();
        bench.loop.runPendingTasks();

        assertThat(client.events())
                .containsExactly(
                        "a1",
                        "event: gap\n{\"channel\":\"t:*\"}",
                        "a2".repeat(Bench.MAX_PENDING),
                        "b3".repeat(Bench.MAX_PENDING));
    }

    @Test
    void whatFellBehindIsReadOneChannelAfterTheOther() {
        Bench bench = new Bench(Bench.HISTORY);
        TestClient client = new TestClient(bench.shard, Bench.SSE, each -> {});
        client.subscribe(List.of(
                new Wish("a", Bench.HISTORY, null),
                new Wish("b", Bench.HISTORY, null),
                new Wish("c", Bench.HISTORY, null)));
        bench.loop.runPendingTasks();
        client.block();
        bench.broadcast("a", "a1");
        for (String channel : List.of("a", "b", "c")) {
            bench.broadcast(channel, channel + "2");
        }
        bench.broker.hold();
        client.unblock();
        bench.loop.runPendingTasks();
        assertThat(bench.broker.held()).isEqualTo(1);

        bench.broker.release();
        bench.loop.runPendingTasks();
        assertThat(client.events()).containsExactlyInAnyOrder("a1", "a2", "b2", "c2");
    }

    @Test
    void anInterruptionWhileHistoryIsReadMakesItBeReadOnceMore() {
        Bench bench = new Bench(Bench.HISTORY);
        bench.broker.hold();
        TestClient client = bench.join(Bench.SSE);
        bench.shard.interrupted();
        bench.loop.runPendingTasks();
        bench.broker.publish(
                Bench.CHANNEL, Bench.HISTORY, Publication.Content.ofJson("1".getBytes(UTF_8))); // nobody says so
        bench.broker.release();
        bench.loop.runPendingTasks();

        assertThat(client.events()).containsExactly("1");
    }

    @Test
    void anAnswerThatCannotBeSentEndsTheConnectionAndNotTheLoopsWork() {
        Bench bench = new Bench(Bench.HISTORY);
        TestClient other = bench.join(Bench.SSE);
        bench.broker.publish(
                "u",
                Bench.HISTORY,
                new Publication.Content(Publication.Kind.MESSAGE, new byte[] {'1'}, true, "two\nlines", null));
        TestClient client = bench.join(Bench.SSE, "u", new StreamPosition(0, TestBroker.EPOCH));
        bench.broadcast("a");

        assertThat(client.open()).isFalse();
        assertThat(other.received).containsExactly("a");
    }

    @Test
    void beyondACrowdNobodyIsToldWhoComesAndGoes() {
        ChannelRules told = new ChannelRules(
                0, Bench.HISTORY.historyTtl(), false, SlowConsumerPolicy.DROP, false, true, true, true, 1);
        Bench bench = new Bench(told);
        for (int i = 0; i < Bench.config().bounds().crowd() + 3; i++) {
            bench.join(Bench.SSE);
        }

        assertThat(bench.counter("gateway_messages_dropped", "reason", "crowd")).isEqualTo(3);
    }

    @Test
    void aPatternWakesOnlyTheLoopsThatHaveOneInThatNamespace() {
        Interests interests = new Interests(2, new TestBroker());
        Topics topics = new Topics(interests, 1);
        Bench bench = new Bench(Bench.HISTORY);
        TestClient client = new TestClient(bench.shard, Bench.SSE, each -> {});
        Subscription first = topics.add(client.subscriber, new Wish("a:*", Bench.HISTORY, null));
        Subscription second = topics.add(client.subscriber, new Wish("a:b*", Bench.HISTORY, null));

        assertThat(interests.inPatternsOf("b:1")).isNull();
        assertThat(Interest.names(interests.inPatternsOf("a:1"), 0)).isFalse();
        assertThat(Interest.names(interests.inPatternsOf("a:1"), 1)).isTrue();
        topics.remove(first);
        assertThat(topics.concernedBy("a:b1")).containsExactly(second.topic);
        topics.remove(second);
        assertThat(interests.inPatternsOf("a:1")).isNull();
        assertThat(interests.subscriptions()).isZero();
    }

    @Test
    void subscriptionsAndChannelsOfTheNodeAreBounded() {
        Interests interests = new Interests(1, new TestBroker());
        interests.add("known", 0);
        interests.subscribed(3);
        HubBounds bounds = new HubBounds(1, 1, 1, 5, 1);
        Map<String, Wish> wish = Map.of(
                "known", new Wish("known", Bench.HISTORY, null),
                "new", new Wish("new", Bench.HISTORY, null),
                "pattern", new Wish("new:*", Bench.HISTORY, null));

        assertThat(interests.refusal(List.of(wish.get("known"), wish.get("pattern")), bounds))
                .isNull();
        assertThat(interests.refusal(List.of(wish.get("new")), bounds)).hasToString("CHANNELS");
        assertThat(interests.refusal(List.copyOf(wish.values()), bounds)).hasToString("SUBSCRIPTIONS");
    }
}
