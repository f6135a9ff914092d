package dev.fanfare.gateway.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.gateway.channel.ChannelRules;
import dev.fanfare.gateway.channel.SlowConsumerPolicy;
import dev.fanfare.gateway.channel.StreamPosition;
import dev.fanfare.gateway.engine.Broker;
import dev.fanfare.gateway.engine.BrokerContract;
import dev.fanfare.gateway.engine.EngineException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class MemoryBrokerTest extends BrokerContract {
    private static final int MAX_BYTES = 10_000;
    private static final int MAX_CHANNELS = 5;
    private static final int MAX_WAITING = 4;

    private final EngineThread thread = new EngineThread(MAX_WAITING);

    @Override
    protected Broker open() {
        return new MemoryBroker(new MemoryConfig(MAX_BYTES, MAX_CHANNELS, MAX_WAITING), thread);
    }

    @Test
    void beyondTheBoundTheChannelUsedLeastRecentlyLosesItsHistoryFirst() {
        String large = "x".repeat(3_000);
        StreamPosition start = history("old", HISTORY, null, 0).top();
        publish("old", HISTORY, large);
        publish("new", HISTORY, large);
        publish("old", HISTORY, large);
        publish("newest", HISTORY, large);

        assertThat(history("new", HISTORY, start, 10).complete()).isFalse();
        assertThat(history("old", HISTORY, start, 10).publications()).hasSize(2);
        assertThat(bytes()).isLessThanOrEqualTo(MAX_BYTES);
    }

    @Test
    void oneChannelAloneKeepsItsNewest() {
        String large = "x".repeat(6_000);
        publish("a", HISTORY, large);
        publish("a", HISTORY, large);

        assertThat(history("a", HISTORY, null, 10).publications()).hasSize(1);
    }

    @Test
    void aPublicationToOneChannelTooManyIsRefused() {
        for (int i = 0; i < MAX_CHANNELS; i++) {
            publish("c" + i, HISTORY, "x");
        }

        Broker.Outcome refused = outcome(new Broker.Request("another", HISTORY, content(null, "x"), null));

        assertThat(refused.position()).isNull();
        EngineException failure = Objects.requireNonNull(refused.failure());
        assertThat(failure.reason()).isEqualTo(EngineException.Reason.TOO_MANY_CHANNELS);
        assertThat(failure).hasMessageContaining("engine.memory.max-channels");
    }

    @Test
    void whatIsTooOldIsForgottenAndItsBytesAreFree() throws InterruptedException {
        ChannelRules brief = new ChannelRules(
                10, Duration.ofSeconds(1), false, SlowConsumerPolicy.CATCH_UP, false, false, true, true, 100);
        StreamPosition start = history("a", brief, null, 0).top();
        publish("a", brief, "x");
        for (int tries = 0; tries < 60 && bytes() > 0; tries++) {
            Thread.sleep(100);
        }

        assertThat(bytes()).isZero();
        assertThat(history("a", brief, start, 10).complete()).isFalse();
    }

    @Test
    void aForgottenChannelComesBackAboveEveryOldNumber() {
        StreamPosition first = publish("gone", NOTHING, "x");
        publish("gone", NOTHING, "x");

        assertThat(publish("gone", NOTHING, "x").offset()).isGreaterThan(first.offset() + 1);
    }

    @Test
    void aChannelSomebodyWantsKeepsItsNumbering() {
        broker.interest("wanted", true);
        long first = publish("wanted", NOTHING, "x").offset();

        assertThat(publish("wanted", NOTHING, "x").offset()).isEqualTo(first + 1);
    }

    @Test
    void moreThanMayWaitIsRefusedAtOnce() throws InterruptedException {
        CountDownLatch gate = new CountDownLatch(1);
        CountDownLatch busy = new CountDownLatch(1);
        thread.run(() -> {
            busy.countDown();
            awaitQuietly(gate);
        });
        assertThat(busy.await(5, TimeUnit.SECONDS)).isTrue();
        for (int i = 0; i < MAX_WAITING; i++) {
            broker.removeHistory("a");
        }
        CompletableFuture<Void> refused = broker.removeHistory("a").toCompletableFuture();
        gate.countDown();

        assertThat(refused)
                .failsWithin(Duration.ofSeconds(5))
                .withThrowableThat()
                .withCauseInstanceOf(EngineException.class);
    }

    private long bytes() {
        return await(thread.ask(() -> ((MemoryBroker) broker).bytes()));
    }

    private static void awaitQuietly(CountDownLatch gate) {
        try {
            gate.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
