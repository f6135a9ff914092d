package dev.fanfare.gateway.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.gateway.metrics.CloseReason;
import dev.fanfare.gateway.metrics.StreamKind;
import dev.fanfare.gateway.wire.SharedFrame;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SubscriberLifeTest {
    private final Bench bench = new Bench(Bench.CONFLATING);

    @Test
    void clientsThatComeTogetherGetTheirHeartbeatsSpreadOverThePeriod() {
        List<TestClient> clients = new ArrayList<>();
        for (int i = 0; i < Bench.HEARTBEAT; i++) {
            clients.add(bench.join(Bench.SSE));
        }

        assertThat(clients).map(client -> secondOfNextBeat(client, 0)).doesNotHaveDuplicates();
    }

    @Test
    void aHeartbeatComesEveryPeriod() {
        TestClient client = bench.join(Bench.SSE);
        int first = secondOfNextBeat(client, 0);

        assertThat(first).isLessThanOrEqualTo(2 * Bench.HEARTBEAT);
        int second = secondOfNextBeat(client, first + 1);
        int third = secondOfNextBeat(client, second + 1);
        assertThat(second - first).isEqualTo(Bench.HEARTBEAT);
        assertThat(third - second).isEqualTo(Bench.HEARTBEAT);
    }

    @Test
    void aHeartbeatIsNotCountedAsAMessage() {
        TestClient client = bench.join(Bench.SSE);
        secondOfNextBeat(client, 0);

        assertThat(bench.delivered(StreamKind.SSE)).isZero();
    }

    @Test
    void noHeartbeatIsQueuedBehindBytesThatWait() {
        TestClient client = bench.join(Bench.SSE);
        client.block();
        bench.broadcast("a");
        for (int now = 0; now < Bench.STALL - 1; now++) {
            client.subscriber.sweep(now);
        }

        assertThat(client.waiting()).isEqualTo(1);
        client.unblock();
        assertThat(client.received).containsExactly("a");
    }

    @Test
    void aWebSocketClientThatDoesNotAnswerAPingIsClosed() {
        TestClient client = bench.join(Bench.WEBSOCKET);
        int asked = secondOfNextBeat(client, 0);

        client.subscriber.sweep(asked + Bench.PONG - 1);
        assertThat(client.open()).isTrue();
        client.subscriber.sweep(asked + Bench.PONG);

        assertThat(client.open()).isFalse();
        assertThat(bench.closed(CloseReason.NO_PONG)).isEqualTo(1);
        assertThat(client.received).containsExactly("beat");
    }

    @Test
    void aWebSocketClientThatAnswersIsAskedAgainAPeriodAfterTheLastPing() {
        TestClient client = bench.join(Bench.WEBSOCKET);
        int asked = secondOfNextBeat(client, 0);
        client.subscriber.heard();

        assertThat(secondOfNextBeat(client, asked + 1)).isEqualTo(asked + Bench.HEARTBEAT);
        assertThat(client.open()).isTrue();
    }

    @Test
    void whatAClientSaysUnaskedDoesNotPutOffThePing() {
        TestClient quiet = bench.join(Bench.WEBSOCKET);
        TestClient talker = bench.join(Bench.WEBSOCKET);
        talker.subscriber.heard();
        talker.subscriber.heard();

        assertThat(secondOfNextBeat(talker, 0)).isEqualTo(secondOfNextBeat(quiet, 0) + 1);
    }

    @Test
    void anSseClientNeverHasToAnswer() {
        TestClient client = bench.join(Bench.SSE);
        for (int now = 0; now < 10 * Bench.PONG; now++) {
            client.subscriber.sweep(now);
        }

        assertThat(client.open()).isTrue();
    }

    @Test
    void goodbyeToAnSseClientIsFollowedByTheClose() {
        TestClient client = bench.join(Bench.SSE);

        assertThat(client.subscriber.sayGoodbye()).isTrue();

        assertThat(client.received).containsExactly("bye");
        assertThat(client.open()).isFalse();
        assertThat(bench.closed(CloseReason.DRAIN)).isEqualTo(1);
    }

    @Test
    void goodbyeToAWebSocketClientWaitsForItsAnswerAndSendsNoSecondCloseFrame() {
        TestClient client = bench.join(Bench.WEBSOCKET);

        assertThat(client.subscriber.sayGoodbye()).isTrue();
        assertThat(client.open()).isTrue();
        client.subscriber.close(CloseReason.CLIENT, new byte[] {'x'});

        assertThat(client.received).containsExactly("bye");
        assertThat(client.open()).isFalse();
        assertThat(bench.closed(CloseReason.DRAIN)).isEqualTo(1);
        assertThat(bench.closed()).isEqualTo(1);
    }

    @Test
    void aWebSocketClientThatDoesNotAnswerGoodbyeIsCut() {
        TestClient client = bench.join(Bench.WEBSOCKET);
        client.subscriber.sayGoodbye();
        int now = bench.shard.now();

        client.subscriber.sweep(now + Bench.CLOSE - 2);
        assertThat(client.open()).isTrue();
        client.subscriber.sweep(now + Bench.CLOSE + 1);
        assertThat(client.open()).isFalse();
        assertThat(bench.closed(CloseReason.DRAIN)).isEqualTo(1);
    }

    @Test
    void goodbyeIsSaidOnce() {
        TestClient client = bench.join(Bench.WEBSOCKET);
        client.subscriber.sayGoodbye();

        assertThat(client.subscriber.sayGoodbye()).isFalse();
        assertThat(client.received).containsExactly("bye");
    }

    @Test
    void aSlowClientIsToldGoodbyeInsteadOfTheMessageItWaitsFor() {
        TestClient client = bench.join(Bench.SSE);
        client.block();
        bench.broadcast("a");
        SharedFrame kept = bench.broadcast("b");

        assertThat(client.subscriber.sayGoodbye()).isTrue();

        assertThat(kept.refCnt()).isZero();
        client.unblock();
        assertThat(client.received).containsExactly("a", "bye");
        assertThat(client.open()).isFalse();
        assertThat(bench.closed(CloseReason.DRAIN)).isEqualTo(1);
    }

    @Test
    void theFirstReasonIsTheOneThatCounts() {
        TestClient client = bench.join(Bench.SSE);
        client.subscriber.close(CloseReason.PROTOCOL_ERROR);
        client.subscriber.close(CloseReason.STALLED);
        client.subscriber.gone();

        assertThat(bench.closed(CloseReason.PROTOCOL_ERROR)).isEqualTo(1);
        assertThat(bench.closed()).isEqualTo(1);
    }

    @Test
    void aClientThatGoesByItselfIsCountedAsClient() {
        TestClient client = bench.join(Bench.WEBSOCKET);
        client.channel.close();

        assertThat(bench.closed(CloseReason.CLIENT)).isEqualTo(1);
        assertThat(bench.shard.count(StreamKind.WEBSOCKET)).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void theCountsOfAKindFollowComingAndGoing(StreamKind kind) {
        StreamProtocol protocol = kind == StreamKind.SSE ? Bench.SSE : Bench.WEBSOCKET;
        TestClient first = bench.join(protocol);
        bench.join(protocol);
        first.channel.close();
        first.subscriber.gone();

        assertThat(bench.shard.count(kind)).isEqualTo(1);
        assertThat(bench.shard.count(kind == StreamKind.SSE ? StreamKind.WEBSOCKET : StreamKind.SSE))
                .isZero();
        assertThat(bench.counter("gateway_connections_opened", "transport", kind.label()))
                .isEqualTo(2);
    }

    private static int secondOfNextBeat(TestClient client, int from) {
        int before = client.received.size();
        int now = from;
        while (client.received.size() == before) {
            assertThat(now).as("no heartbeat").isLessThan(from + 100);
            client.subscriber.sweep(now++);
        }
        assertThat(client.received.get(before)).isEqualTo("beat");
        return now - 1;
    }
}
