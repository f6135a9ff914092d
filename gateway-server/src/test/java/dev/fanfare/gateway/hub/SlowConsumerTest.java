package dev.fanfare.gateway.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.gateway.channel.ChannelRules;
import dev.fanfare.gateway.metrics.CloseReason;
import dev.fanfare.gateway.metrics.StreamKind;
import dev.fanfare.gateway.wire.SharedFrame;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class SlowConsumerTest {
    private Bench bench = new Bench(Bench.CONFLATING);

    @AfterEach
    void everyMessageWasLetGo() {
        assertThat(bench.frames).isNotEmpty().allMatch(frame -> frame.refCnt() == 0);
    }

    static List<ChannelRules> rules() {
        return List.of(Bench.CONFLATING, Bench.HISTORY, Bench.DROPPING, Bench.DISCONNECTING);
    }

    @ParameterizedTest
    @MethodSource("rules")
    void aFastClientGetsEveryMessageUnderAnyRules(ChannelRules rules) {
        bench = new Bench(rules);
        TestClient client = bench.join(Bench.SSE);
        int bytes = bench.broadcast("a").length() + bench.broadcast("b").length();

        assertThat(client.received).containsExactly("a", "b");
        assertThat(bench.delivered(StreamKind.SSE)).isEqualTo(2);
        assertThat(bench.counter("gateway_sent_bytes", "transport", "sse")).isEqualTo(bytes);
        assertThat(bench.counter("gateway_slow_episodes")).isZero();
        assertThat(client.subscriber.waitingBytes()).isZero();
    }

    @Test
    void inAConflatingChannelASlowClientGetsTheNewestWhenItsSocketHasDrained() {
        TestClient client = bench.join(Bench.SSE);
        client.block();
        SharedFrame a = bench.broadcast("a");
        bench.broadcast("b");
        bench.broadcast("c");
        bench.broadcast("d");
        assertThat(client.subscriber.waitingBytes()).isEqualTo(a.length()); // nothing else is kept for it
        assertThat(client.subscriber.waitingMessages()).isEqualTo(1);

        client.unblock();
        bench.loop.runPendingTasks();

        assertThat(client.received).containsExactly("a", "d");
        assertThat(client.subscriber.waitingBytes()).isZero();
        assertThat(client.subscriber.waitingMessages()).isZero();
        assertThat(bench.counter("gateway_messages_conflated")).isEqualTo(2);
        assertThat(bench.counter("gateway_slow_episodes")).isEqualTo(1);
        assertThat(bench.delivered(StreamKind.SSE)).isEqualTo(2);
    }

    @Test
    void inAChannelWithHistoryASlowClientGetsEverythingWhenItsSocketHasDrained() {
        bench = new Bench(Bench.HISTORY);
        TestClient client = bench.join(Bench.SSE);
        client.block();
        SharedFrame a = bench.broadcast("a");
        bench.broadcast("b");
        bench.broadcast("c");
        assertThat(client.subscriber.waitingBytes()).isEqualTo(a.length());

        client.unblock();
        bench.loop.runPendingTasks();
        bench.broadcast("d");

        assertThat(client.events()).containsExactly("a", "b", "c", "d");
        assertThat(bench.counter("gateway_history_messages")).isEqualTo(2);
        assertThat(bench.counter("gateway_messages_conflated")).isZero();
    }

    @Test
    void aSlowClientWhoseHistoryIsGoneIsToldSo() {
        bench = new Bench(Bench.HISTORY);
        TestClient client = bench.join(Bench.SSE);
        client.block();
        bench.broadcast("a");
        bench.broadcast("b");
        bench.broker.forget(Bench.CHANNEL);
        bench.broadcast("c");

        client.unblock();
        bench.loop.runPendingTasks();

        assertThat(client.events()).hasSize(3).startsWith("a").endsWith("c");
        assertThat(client.events().get(1)).contains("event: gap").contains("\"channel\":\"t\"");
        assertThat(bench.counter("gateway_history_gaps")).isEqualTo(1);
    }

    @Test
    void aClientThatHasCaughtUpGetsEverythingAgain() {
        TestClient client = bench.join(Bench.SSE);
        client.block();
        bench.broadcast("a");
        client.unblock();
        bench.broadcast("b");

        assertThat(client.received).containsExactly("a", "b");
        assertThat(bench.counter("gateway_messages_conflated")).isZero();
    }

    @Test
    void whatIsReadLaterMayFillTheSocketAgain() {
        TestClient client = bench.join(Bench.SSE);
        client.block();
        bench.broadcast("a");
        bench.broadcast("b");
        client.takeOne();
        bench.loop.runPendingTasks();

        assertThat(client.received).containsExactly("a");
        assertThat(client.waiting()).isEqualTo(1);

        bench.broadcast("c");
        client.unblock();
        bench.loop.runPendingTasks();

        assertThat(client.received).containsExactly("a", "b", "c");
        assertThat(bench.counter("gateway_messages_conflated")).isZero();
        assertThat(bench.delivered(StreamKind.SSE)).isEqualTo(3);
    }

    @Test
    void oneSlowClientCostsTheOthersNothing() {
        TestClient slow = bench.join(Bench.SSE);
        TestClient fast = bench.join(Bench.WEBSOCKET);
        slow.block();
        bench.broadcast("a");
        bench.broadcast("b");

        assertThat(fast.received).containsExactly("a", "b");
        assertThat(bench.delivered(StreamKind.WEBSOCKET)).isEqualTo(2);
        slow.unblock();
    }

    @Test
    void dropQueuesUpToTheBoundAndLeavesOutWhatDoesNotFit() {
        bench = new Bench(Bench.DROPPING);
        TestClient client = bench.join(Bench.SSE);
        client.block();
        bench.broadcast("a");
        bench.broadcast("b");
        bench.broadcast("c");

        assertThat(client.subscriber.waitingBytes()).isEqualTo(18);
        assertThat(client.subscriber.waitingMessages()).isEqualTo(2);
        client.unblock();
        bench.broadcast("d");

        assertThat(client.received).containsExactly("a", "b", "event: gap\n{\"channel\":\"t\"}", "d");
        assertThat(bench.counter("gateway_messages_dropped", "reason", "slow")).isEqualTo(1);
        assertThat(bench.delivered(StreamKind.SSE)).isEqualTo(3);
        assertThat(client.open()).isTrue();
    }

    @Test
    void dropGoesOnQueueingWhileSomethingStillWaits() {
        bench = new Bench(Bench.DROPPING);
        TestClient client = bench.join(Bench.SSE);
        client.block();
        bench.broadcast("a");
        bench.broadcast("b");
        client.takeOne();
        bench.broadcast("c");

        assertThat(client.subscriber.waitingBytes()).isEqualTo(18);
        client.unblock();
        assertThat(client.received).containsExactly("a", "b", "c");
        assertThat(bench.counter("gateway_slow_episodes")).isEqualTo(1);
    }

    @Test
    void disconnectClosesTheClientWhoseBoundIsReached() {
        bench = new Bench(Bench.DISCONNECTING);
        TestClient client = bench.join(Bench.SSE);
        client.block();
        bench.broadcast("a");
        bench.broadcast("b");
        assertThat(client.open()).isTrue();

        bench.broadcast("c");
        bench.broadcast("d");

        assertThat(client.open()).isFalse();
        assertThat(bench.shard.count(StreamKind.SSE)).isZero();
        assertThat(bench.closed(CloseReason.SLOW)).isEqualTo(1);
        assertThat(bench.closed()).isEqualTo(1);
        assertThat(bench.counter("gateway_messages_dropped", "reason", "slow")).isEqualTo(1);
    }

    @Test
    void aClientThatLeavesWhileBytesWaitIsCountedAsAClientThatLeft() {
        TestClient client = bench.join(Bench.SSE);
        client.block();
        bench.broadcast("a");
        bench.broadcast("b");

        client.channel.close();

        assertThat(bench.closed(CloseReason.CLIENT)).isEqualTo(1);
        assertThat(bench.closed()).isEqualTo(1);
        assertThat(bench.shard.count(StreamKind.SSE)).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "Connection reset by peer,CLIENT",
        "Broken pipe,CLIENT",
        "Connection timed out,STALLED",
        "No buffer space available,IO_ERROR"
    })
    void aWaitingWriteThatFailsClosesTheClientForThatReason(String failure, CloseReason reason) {
        TestClient client = bench.join(Bench.SSE);
        client.block();
        bench.broadcast("a");
        client.breakWith(new IOException(failure));

        assertThat(client.open()).isFalse();
        assertThat(bench.closed(reason)).isEqualTo(1);
        assertThat(bench.closed()).isEqualTo(1);
    }

    @Test
    void aWriteThatFailsAtOnceClosesTheClientAndIsNotCountedAsDelivered() {
        TestClient broken = bench.join(Bench.SSE);
        TestClient sound = bench.join(Bench.SSE);
        broken.breakWith(new IOException("Broken pipe"));
        bench.broadcast("a");

        assertThat(broken.open()).isFalse();
        assertThat(bench.closed(CloseReason.CLIENT)).isEqualTo(1);
        assertThat(sound.received).containsExactly("a");
        assertThat(bench.delivered(StreamKind.SSE)).isEqualTo(1);
    }

    @Test
    void aWriterThatThrowsCostsOneClientAndNotTheOthers() {
        QueuedWriter writer = new QueuedWriter();
        List<Channel> cursed = new ArrayList<>();
        FrameWriter throwing = new FrameWriter() {
            @Override
            public @Nullable ChannelFuture write(Channel channel, SharedFrame frame) throws IOException {
                if (cursed.contains(channel)) {
                    throw new IllegalStateException("a bug");
                }
                return writer.write(channel, frame);
            }

            @Override
            public @Nullable ChannelFuture write(Channel channel, ByteBuf bytes) throws IOException {
                return writer.write(channel, bytes);
            }
        };
        StreamProtocol sse = Bench.protocol(throwing, StreamKind.SSE, false);
        TestClient before = bench.join(sse);
        TestClient victim = bench.join(sse);
        TestClient after = bench.join(sse);
        cursed.add(victim.channel);
        bench.broadcast("a");
        bench.broadcast("b");

        assertThat(before.received).containsExactly("a", "b");
        assertThat(after.received).containsExactly("a", "b");
        assertThat(victim.open()).isFalse();
        assertThat(bench.closed(CloseReason.IO_ERROR)).isEqualTo(1);
        sse.beat().frame().release();
    }

    @Test
    void aSocketThatTakesNothingForTheStallTimeoutIsClosed() {
        TestClient client = bench.join(Bench.SSE);
        client.block();
        bench.broadcast("a");
        bench.broadcast("b");
        int now = bench.shard.now();

        client.subscriber.sweep(now + Bench.STALL - 2);
        assertThat(client.open()).isTrue();
        client.subscriber.sweep(now + Bench.STALL + 1);

        assertThat(client.open()).isFalse();
        assertThat(bench.closed(CloseReason.STALLED)).isEqualTo(1);
        assertThat(bench.closed()).isEqualTo(1);
    }

    @Test
    void aSocketThatTakesALittleIsNotStalled() {
        bench = new Bench(Bench.DROPPING);
        TestClient client = bench.join(Bench.SSE);
        client.block();
        bench.broadcast("a");
        bench.broadcast("b");
        int now = bench.shard.now();
        client.subscriber.sweep(now + 1);
        client.takeOne();

        client.subscriber.sweep(now + Bench.STALL - 2);
        client.subscriber.sweep(now + 2 * Bench.STALL - 3);
        assertThat(client.open()).isTrue();
        client.subscriber.sweep(now + 2 * Bench.STALL - 1);
        assertThat(client.open()).isFalse();
        assertThat(bench.closed(CloseReason.STALLED)).isEqualTo(1);
    }

    @Test
    void nothingIsOfferedToAClientThatIsLeaving() {
        TestClient client = bench.join(Bench.WEBSOCKET);
        client.subscriber.sayGoodbye();
        bench.broadcast("a");

        assertThat(client.received).containsExactly("bye");
        assertThat(bench.delivered(StreamKind.WEBSOCKET)).isZero();
    }

    @Test
    void nothingIsReadForAClientWhoseSocketDrainsAfterGoodbye() {
        TestClient client = bench.join(Bench.WEBSOCKET);
        client.block();
        bench.broadcast("a");
        bench.broadcast("b");
        client.subscriber.close(CloseReason.PROTOCOL_ERROR, new byte[] {'x'});
        client.unblock();
        bench.loop.runPendingTasks();

        assertThat(client.received).containsExactly("a", "x");
        assertThat(client.open()).isFalse();
    }
}
