package dev.fanfare.gateway.engine.memory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.gateway.channel.Access;
import dev.fanfare.gateway.channel.ChannelRules;
import dev.fanfare.gateway.channel.Publication;
import dev.fanfare.gateway.channel.SlowConsumerPolicy;
import dev.fanfare.gateway.channel.StreamPosition;
import dev.fanfare.gateway.engine.Broker;
import dev.fanfare.gateway.engine.EngineException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the memory engine does when something has reached its bound; time passes when a test says so. */
class MemoryBoundsTest {
    private static final int MAX_BYTES = 10_000;
    private static final int MAX_CHANNELS = 5;
    private static final ChannelRules HISTORY = rules(3);
    private static final ChannelRules NOTHING = rules(0);

    private final AtomicLong now = new AtomicLong(1_000_000_000_000L);
    private final MemoryConfig config = new MemoryConfig(MAX_BYTES, MAX_CHANNELS, 16);
    private final EngineThread thread = new EngineThread(config);
    private final MemoryBroker broker = new MemoryBroker(config, thread, now::get);

    @AfterEach
    void end() {
        broker.close();
    }

    @Test
    void theChannelUsedLeastRecentlyLosesItsHistoryFirst() {
        String large = "x".repeat(3_000);
        StreamPosition start = top("old");
        publish("old", HISTORY, large);
        publish("new", HISTORY, large);
        publish("old", HISTORY, large);
        publish("newest", HISTORY, large);

        assertThat(history("new", start).complete()).isFalse();
        assertThat(history("old", start).publications()).hasSize(2);
        assertThat(broker.counts().bytes()).isBetween(9_000L, (long) MAX_BYTES);
        assertThat(broker.counts().evicted()).isEqualTo(1);
    }

    @Test
    void toBeReadIsToBeUsed() {
        String large = "x".repeat(3_000);
        StreamPosition start = top("read");
        publish("read", HISTORY, large);
        publish("unread", HISTORY, large);
        publish("another", HISTORY, large);
        history("read", start);
        publish("newest", HISTORY, large);

        assertThat(history("read", start).complete()).isTrue();
        assertThat(history("unread", start).complete()).isFalse();
    }

    @Test
    void oneChannelAloneKeepsItsNewest() {
        String large = "x".repeat(6_000);
        publish("a", HISTORY, large);
        publish("a", HISTORY, large);

        assertThat(history("a", null).publications()).hasSize(1);
    }

    @Test
    void whatIsLargerThanEverythingTogetherMayBeIsNotKept() {
        StreamPosition start = top("a");
        publish("a", HISTORY, "x".repeat(20_000));

        assertThat(history("a", start).complete()).isFalse();
        assertThat(broker.counts().bytes()).isZero();
    }

    @Test
    void aPublicationToOneChannelTooManyIsRefused() {
        for (int i = 0; i < MAX_CHANNELS; i++) {
            publish("c" + i, HISTORY, "x");
        }

        assertThat(broker.hasRoom(1)).isFalse();
        EngineException failure =
                Objects.requireNonNull(outcome("another", HISTORY, "x", null).failure());
        assertThat(failure.reason()).isEqualTo(EngineException.Reason.TOO_MANY_CHANNELS);
        assertThat(failure).hasMessageContaining("engine.memory.max-channels");
        assertThat(broker.counts().refused()).isEqualTo(1);
    }

    @Test
    void subscribersCannotMakeMoreChannelsThanThereMayBe() {
        for (int i = 0; i < 3 * MAX_CHANNELS; i++) {
            broker.interest("wanted" + i, true);
        }
        settled();

        assertThat(broker.counts().channels()).isEqualTo(MAX_CHANNELS);
        assertThat(broker.counts().refused()).isEqualTo(2 * MAX_CHANNELS);
        assertThat(broker.hasRoom(1)).isFalse();
        assertThat(outcome("wanted" + MAX_CHANNELS, HISTORY, "x", null).failure())
                .isNotNull();
        broker.interest("wanted0", false);
        assertThat(outcome("wanted" + MAX_CHANNELS, HISTORY, "x", null).failure())
                .isNull();
    }

    @Test
    void thePlaceOfAnIdleChannelIsForWhoeverNeedsIt() {
        for (int i = 0; i < 10 * MAX_CHANNELS; i++) {
            broker.interest("passing" + i, true);
            broker.interest("passing" + i, false);
        }
        settled();

        assertThat(broker.counts().refused()).isZero();
        assertThat(broker.hasRoom(1)).isTrue();
        assertThat(broker.counts().channels()).isZero();
    }

    @Test
    void aQuietChannelKeepsItsNumberingForSomeMinutesOnly() {
        broker.interest("quiet", true);
        publish("quiet", NOTHING, "x");
        StreamPosition quiet = top("quiet");
        broker.interest("quiet", false);
        publish("loud", HISTORY, "x");
        StreamPosition loud = publish("loud", HISTORY, "x");
        passes(MemoryBroker.IDLE_MILLIS - 1_000);
        assertThat(history("quiet", quiet).complete()).isTrue();
        assertThat(history("loud", loud).complete()).isTrue();

        passes(2 * MemoryBroker.IDLE_MILLIS); // now both are forgotten
        assertThat(history("quiet", quiet).complete()).isFalse();
        assertThat(publish("quiet", HISTORY, "x").offset()).isGreaterThan(loud.offset());
    }

    @Test
    void aChannelSomebodyWantsKeepsItsNumbering() {
        broker.interest("wanted", true);
        long first = publish("wanted", NOTHING, "x").offset();
        passes(5 * MemoryBroker.IDLE_MILLIS);

        assertThat(publish("wanted", NOTHING, "x").offset()).isEqualTo(first + 1);
    }

    @Test
    void aChannelThatKeepsNothingAndThatNobodyWantsTakesNoPlace() {
        for (int i = 0; i < 10 * MAX_CHANNELS; i++) {
            publish("c" + i, NOTHING, "x");
        }

        assertThat(await(thread.ask(broker::remembered))).isZero();
        assertThat(publish("c0", NOTHING, "x").offset()).isGreaterThan(1);
    }

    @Test
    void whatIsTooOldIsForgottenAndItsBytesAreFree() {
        StreamPosition start = top("a");
        StreamPosition first = publish("a", HISTORY, "x");
        passes(4_000);
        publish("a", HISTORY, "y");
        passes(57_000);
        assertThat(history("a", start).complete()).isFalse();
        assertThat(history("a", first).publications()).hasSize(1);
        assertThat(broker.counts().bytes()).isPositive();
        passes(4_000);

        assertThat(broker.counts().bytes()).isZero();
        assertThat(history("a", first).complete()).isFalse();
    }

    @Test
    void anIdempotencyKeyIsForgottenAfterFiveMinutes() {
        StreamPosition first =
                Objects.requireNonNull(outcome("a", HISTORY, "x", "once").position());
        passes(OnceKeys.MILLIS - 1_000);
        assertThat(outcome("a", HISTORY, "x", "once").position()).isEqualTo(first);
        passes(1_000);

        assertThat(outcome("a", HISTORY, "x", "once").position()).isNotEqualTo(first);
        passes(OnceKeys.MILLIS + 70_000);
        assertThat(broker.counts().bytes()).isZero();
    }

    @Test
    void idempotencyKeysTakeAQuarterAtMostAndLeaveTheRestToHistory() {
        publish("a", HISTORY, "kept");
        for (int i = 0; i < 100; i++) {
            outcome("b", NOTHING, "x", "key" + i);
        }

        assertThat(broker.counts().bytes()).isBetween(MAX_BYTES / 8L, MAX_BYTES / 4L + 500);
        assertThat(broker.counts().keysEvicted()).isGreaterThan(80);
        assertThat(history("a", null).publications()).hasSize(1);
        long newest = top("b").offset();
        outcome("b", NOTHING, "x", "key99");
        assertThat(top("b").offset()).isEqualTo(newest);
    }

    private void passes(long millis) {
        for (long left = millis; left > 0; left -= 1_000) {
            now.addAndGet(Math.min(left, 1_000));
            await(thread.ask(() -> {
                broker.expire();
                return true;
            }));
        }
    }

    private void settled() {
        await(thread.ask(() -> true));
    }

    private StreamPosition top(String channel) {
        return await(broker.history(channel, HISTORY, null, 0)).top();
    }

    private Broker.History history(String channel, @Nullable StreamPosition since) {
        return await(broker.history(channel, HISTORY, since, 10));
    }

    private StreamPosition publish(String channel, ChannelRules rules, String text) {
        return Objects.requireNonNull(outcome(channel, rules, text, null).position());
    }

    private Broker.Outcome outcome(String channel, ChannelRules rules, String text, @Nullable String once) {
        Publication.Content content =
                new Publication.Content(Publication.Kind.MESSAGE, text.getBytes(UTF_8), false, null, null);
        return await(broker.publish(List.of(new Broker.Request(channel, rules, content, once))))
                .get(0);
    }

    private static ChannelRules rules(int historySize) {
        return new ChannelRules(
                historySize,
                Duration.ofMinutes(1),
                false,
                SlowConsumerPolicy.CATCH_UP,
                false,
                false,
                Access.ANYONE,
                Access.ANYONE,
                65_536);
    }

    private static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(5, TimeUnit.SECONDS).join();
    }
}
