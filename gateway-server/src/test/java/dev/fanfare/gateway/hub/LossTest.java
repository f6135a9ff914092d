package dev.fanfare.gateway.hub;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.gateway.channel.Access;
import dev.fanfare.gateway.channel.ChannelRules;
import dev.fanfare.gateway.channel.Cursor;
import dev.fanfare.gateway.channel.Publication;
import dev.fanfare.gateway.channel.SlowConsumerPolicy;
import dev.fanfare.gateway.channel.StreamPosition;
import dev.fanfare.gateway.metrics.StreamKind;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
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
        Bench bench = new Bench(history ? DROPPING_HISTORY : Bench.DROPPING);
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
    void whoLosesTheSubscriptionTheOthersWaitForDoesNotKeepThemWaiting() {
        Bench bench = new Bench(Bench.HISTORY);
        TestClient client = new TestClient(bench.shard, Bench.SSE, each -> {});
        List<String> channels = List.of("a", "b", "c");
        client.subscribe(channels.stream()
                .map(name -> new Wish(name, Bench.HISTORY, null))
                .toList());
        bench.loop.runPendingTasks();
        client.block();
        bench.broadcast("a", "a1");
        channels.forEach(channel -> bench.broadcast(channel, channel + "2"));
        bench.broker.hold();
        client.unblock();
        bench.loop.runPendingTasks();
        String reading = client.subscriber.subscriptions().all().stream()
                .filter(each -> each.state == Subscription.State.READING)
                .map(each -> each.topic.name)
                .findFirst()
                .orElseThrow();
        bench.shard.unsubscribe(client.subscriber, reading);
        bench.broker.release();
        bench.loop.runPendingTasks();

        List<String> others = channels.stream()
                .filter(channel -> !channel.equals(reading))
                .map(channel -> channel + "2")
                .toList();
        assertThat(client.events()).containsAll(others);
        assertThat(client.subscriber.subscriptions().all()).allMatch(each -> each.state == Subscription.State.LIVE);
    }

    @Test
    void aNameTakesOverFromItsPatternWithoutLossOrRepetition() {
        Bench bench = new Bench(Bench.HISTORY);
        TestClient client = new TestClient(bench.shard, Bench.SSE, each -> {});
        client.subscribe(List.of(new Wish("t:*", Bench.HISTORY, null)));
        bench.broadcast("t:a", "1");
        bench.post("t:a", "2"); // on its way when the name is subscribed to
        client.subscribe(List.of(new Wish("t:a", Bench.HISTORY, null)));
        bench.loop.runPendingTasks();
        bench.broadcast("t:a", "3");

        assertThat(client.events()).containsExactly("1", "2", "3");
    }

    @Test
    void aPatternThatTakesOverFromANameThatFellBehindTellsTheGap() {
        Bench bench = new Bench(Bench.HISTORY);
        TestClient client = new TestClient(bench.shard, Bench.SSE, each -> {});
        client.subscribe(List.of(new Wish("t:*", Bench.HISTORY, null), new Wish("t:a", Bench.HISTORY, null)));
        bench.loop.runPendingTasks();
        client.block();
        bench.broadcast("t:a", "1");
        bench.broadcast("t:a", "2");
        bench.shard.unsubscribe(client.subscriber, "t:a");
        client.unblock();
        bench.broadcast("t:a", "3");

        assertThat(client.events()).containsExactly("1", "event: gap\n{\"channel\":\"t:*\"}", "3");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aStreamThatCountsAnewIsAGap(boolean history) {
        Bench bench = new Bench(history ? Bench.HISTORY : Bench.DROPPING);
        TestClient client = bench.join(Bench.SSE);
        bench.broadcast("1");
        bench.broadcast("2");
        bench.broker.renumber();
        bench.broadcast("3");
        bench.broadcast("4");

        List<String> events = client.events();
        assertThat(events).hasSize(5).startsWith("1", "2").endsWith("3", "4");
        assertThat(events.get(2)).startsWith("event: gap");
    }

    @Test
    void anIdSaysThatAChannelWasAskedForWhosePlaceIsNotKnownYet() {
        Bench bench = new Bench(Bench.HISTORY);
        TestClient client = new TestClient(bench.shard, Bench.SSE, each -> {});
        client.keepIds();
        client.subscribe(List.of(new Wish("a", Bench.HISTORY, null)));
        bench.loop.runPendingTasks();
        bench.broker.hold();
        client.subscribe(List.of(new Wish("b", Bench.HISTORY, null)));
        bench.broadcast("a", "1");

        String last = client.received.get(client.received.size() - 1);
        Cursor cursor = Objects.requireNonNull(Cursor.parse(last.substring("id: ".length(), last.indexOf('\n'))));
        assertThat(cursor.of(List.of("a", "b")))
                .containsEntry("a", new StreamPosition(1, TestBroker.EPOCH))
                .containsEntry("b", StreamPosition.UNKNOWN);
    }

    @Test
    void aWebSocketClientIsToldWhereItStandsInAQuietChannel() {
        Bench bench = new Bench(Bench.HISTORY);
        StreamProtocol envelopes = new StreamProtocol(
                Bench.WEBSOCKET.writer(),
                StreamKind.WEBSOCKET,
                Bench.WEBSOCKET.format(),
                true,
                Bench.WEBSOCKET.beat(),
                Bench.WEBSOCKET.goodbye(),
                null);
        TestClient client = new TestClient(bench.shard, envelopes, each -> {});
        client.subscribe(List.of(new Wish("a", Bench.HISTORY, null)));
        bench.loop.runPendingTasks();

        assertThat(client.received)
                .containsExactly("{\"channel\":\"a\",\"offset\":0,\"epoch\":\"%s\"}".formatted(TestBroker.EPOCH));
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
        bench.loop.freezeTime();
        bench.shard.start();
        bench.shard.interrupted();
        bench.loop.runPendingTasks();
        for (int quarter = 0; quarter < 4; quarter++) {
            bench.loop.advanceTimeBy(250, TimeUnit.MILLISECONDS);
            bench.loop.runScheduledPendingTasks();
        }
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
                0,
                Bench.HISTORY.historyTtl(),
                false,
                SlowConsumerPolicy.DROP,
                false,
                true,
                Access.ANYONE,
                Access.ANYONE,
                1);
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
        HubBounds bounds = new HubBounds(1, 1, 1, 1, 5, 1, 0);
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
