package dev.fanfare.gateway.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.gateway.channel.Access;
import dev.fanfare.gateway.channel.ChannelPattern;
import dev.fanfare.gateway.channel.ChannelRules;
import dev.fanfare.gateway.channel.Publication;
import dev.fanfare.gateway.channel.SlowConsumerPolicy;
import dev.fanfare.gateway.channel.StreamPosition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every engine must do. */
public abstract class BrokerContract {
    protected static final ChannelRules HISTORY = rules(3, false);
    protected static final ChannelRules CONFLATING = rules(0, true);
    protected static final ChannelRules NOTHING = rules(0, false);

    protected final List<Publication> heard = new CopyOnWriteArrayList<>();
    protected Broker broker;

    protected abstract Broker open();

    @BeforeEach
    void begin() {
        broker = open();
        broker.start(new Broker.Listener() {
            @Override
            public void onPublication(Publication publication, ChannelRules rules) {
                heard.add(publication);
            }

            @Override
            public void onInterruption(String why) {
                throw new AssertionError(why);
            }
        });
    }

    @AfterEach
    void end() {
        broker.close();
    }

    @Test
    void offsetsOfAChannelRiseByOneAndAreHeardInThatOrder() {
        for (int i = 1; i <= 20; i++) {
            assertThat(publish("a", HISTORY, "m" + i).offset())
                    .isEqualTo(publish("b", HISTORY, "x").offset());
        }

        assertThat(heard)
                .filteredOn(each -> each.channel().equals("a"))
                .extracting(BrokerContract::text)
                .startsWith("m1")
                .endsWith("m20")
                .hasSize(20);
        List<Long> offsets = heard.stream()
                .filter(each -> each.channel().equals("a"))
                .map(Publication::offset)
                .toList();
        for (int i = 1; i < offsets.size(); i++) {
            assertThat(offsets.get(i)).isEqualTo(offsets.get(i - 1) + 1);
        }
    }

    @Test
    void historyHoldsTheNewestAndSaysWhetherAnythingIsMissing() {
        StreamPosition first = publish("a", HISTORY, "1");
        StreamPosition second = publish("a", HISTORY, "2");
        publish("a", HISTORY, "3");
        publish("a", HISTORY, "4");
        StreamPosition top = publish("a", HISTORY, "5");

        Broker.History complete = history("a", HISTORY, second, 100);
        assertThat(texts(complete)).containsExactly("3", "4", "5");
        assertThat(complete.complete()).isTrue();
        assertThat(complete.top()).isEqualTo(top);

        Broker.History gap = history("a", HISTORY, first, 100);
        assertThat(texts(gap)).containsExactly("3", "4", "5");
        assertThat(gap.complete()).isFalse();
    }

    @Test
    void whoStandsAtTheTopMissesNothing() {
        StreamPosition top = publish("a", HISTORY, "1");

        Broker.History history = history("a", HISTORY, top, 100);

        assertThat(history.publications()).isEmpty();
        assertThat(history.complete()).isTrue();
    }

    @Test
    void anotherEpochIsAGap() {
        publish("a", HISTORY, "1");

        Broker.History history = history("a", HISTORY, new StreamPosition(1, "other"), 100);

        assertThat(texts(history)).containsExactly("1");
        assertThat(history.complete()).isFalse();
    }

    @Test
    void aPageIsNotLongerThanAskedFor() {
        StreamPosition start = history("a", HISTORY, null, 0).top();
        publish("a", HISTORY, "1");
        publish("a", HISTORY, "2");

        assertThat(texts(history("a", HISTORY, start, 1))).containsExactly("1");
        assertThat(texts(history("a", HISTORY, start, 0))).isEmpty();
    }

    @Test
    void aConflatingChannelKeepsTheNewestOfEachKey() {
        publish("a", CONFLATING, "k1", "1");
        publish("a", CONFLATING, "k2", "2");
        StreamPosition third = publish("a", CONFLATING, "k1", "3");
        publish("a", CONFLATING, null, "4");

        assertThat(texts(history("a", CONFLATING, null, 100))).containsExactly("2", "3", "4");
        Broker.History since = history("a", CONFLATING, third, 100);
        assertThat(texts(since)).containsExactly("4");
        assertThat(since.complete()).isTrue();
    }

    @Test
    void whatIsReadInPagesIsWholeAndInOrder() {
        ChannelRules many = rules(1_000, false);
        StreamPosition at = history("a", many, null, 0).top();
        String large = "x".repeat(30_000);
        for (int i = 0; i < 200; i++) {
            publish("a", many, i + large);
        }
        List<String> read = new ArrayList<>();
        Broker.History page;
        do {
            page = history("a", many, at, 150);
            assertThat(page.complete()).isTrue();
            assertThat(page.publications()).isNotEmpty();
            assertThat(page.publications().stream()
                            .mapToLong(each -> each.content().data().length)
                            .sum())
                    .isLessThanOrEqualTo(2_000_000);
            texts(page).forEach(text -> read.add(text.substring(0, text.indexOf('x'))));
            at = page.publications().get(page.publications().size() - 1).position();
        } while (page.hasMore());
        assertThat(read)
                .isEqualTo(IntStream.range(0, 200).mapToObj(Integer::toString).toList());
        assertThat(at).isEqualTo(page.top());
    }

    @Test
    void aConflatingChannelThatLostAKeyHasAGapForWhoHadNotSeenIt() {
        StreamPosition before = history("a", CONFLATING, null, 0).top();
        publish("a", CONFLATING, "k", "1");
        await(broker.removeHistory("a"));
        StreamPosition after = publish("a", CONFLATING, "other", "2");

        assertThat(history("a", CONFLATING, before, 10).complete()).isFalse();
        assertThat(history("a", CONFLATING, after, 10).complete()).isTrue();
        assertThat(history("a", CONFLATING, new StreamPosition(1, "other"), 10).complete())
                .isFalse();
    }

    @Test
    void whatAReplacedValueSaidIsNotMissed() {
        StreamPosition first = publish("a", CONFLATING, "k", "1");
        publish("a", CONFLATING, "k", "2");
        publish("a", CONFLATING, "k", "3");

        Broker.History history = history("a", CONFLATING, first, 10);
        assertThat(texts(history)).containsExactly("3");
        assertThat(history.complete()).isTrue();
    }

    @Test
    void whoComesBackToAQuietChannelIsToldNoGap() {
        broker.interest("quiet", true);
        StreamPosition quiet = history("quiet", HISTORY, null, 0).top();
        broker.interest("quiet", false);
        for (int i = 0; i < 5; i++) { // others come, say much and go
            broker.interest("busy", true);
            publish("busy", NOTHING, "x");
            broker.interest("busy", false);
            publish("passing", NOTHING, "x");
        }
        broker.interest("quiet", true);

        assertThat(history("quiet", HISTORY, quiet, 10).complete()).isTrue();
        assertThat(publish("quiet", HISTORY, "1").offset()).isEqualTo(quiet.offset() + 1);
    }

    @Test
    void aChannelThatKeepsNothingHasAGapAsSoonAsSomethingIsPublished() {
        StreamPosition first = publish("a", NOTHING, "1");
        publish("a", NOTHING, "2");

        assertThat(history("a", NOTHING, first, 100).complete()).isFalse();
    }

    @Test
    void removedHistoryIsAGapAndTheNumberingGoesOn() {
        StreamPosition first = publish("a", HISTORY, "1");
        StreamPosition second = publish("a", HISTORY, "2");
        await(broker.removeHistory("a"));

        assertThat(history("a", HISTORY, first, 100).complete()).isFalse();
        assertThat(history("a", HISTORY, second, 100).complete()).isTrue();
        assertThat(publish("a", HISTORY, "3").offset()).isEqualTo(second.offset() + 1);
    }

    @Test
    void theSameIdempotencyKeyPublishesOnce() {
        Broker.Request request = new Broker.Request("a", HISTORY, content(null, "1"), "once");

        StreamPosition first = outcome(request).position();
        StreamPosition again = outcome(request).position();

        assertThat(again).isEqualTo(first);
        assertThat(heard).hasSize(1);
        assertThat(outcome(new Broker.Request("b", HISTORY, content(null, "1"), "once"))
                        .position())
                .isNotNull();
        assertThat(heard).hasSize(2);
    }

    @Test
    void channelsAreFoundByPattern() {
        publish("s:1", HISTORY, "x");
        publish("s:2", HISTORY, "x");
        publish("t:1", HISTORY, "x");

        assertThat(await(broker.channels(new ChannelPattern("s:*"), 10))).containsExactly("s:1", "s:2");
        assertThat(await(broker.channels(new ChannelPattern("s:*"), 1))).containsExactly("s:1");
    }

    @Test
    void whoComesAndGoesIsHeardAndHasNoPlaceInTheStream() {
        StreamPosition before = publish("a", HISTORY, "1");
        Publication.Content join =
                new Publication.Content(Publication.Kind.JOIN, "{}".getBytes(UTF_8), true, null, null);
        outcome(new Broker.Request("a", HISTORY, join, null));

        assertThat(heard).hasSize(2);
        assertThat(history("a", HISTORY, before, 10).publications()).isEmpty();
        assertThat(publish("a", HISTORY, "2").offset()).isEqualTo(before.offset() + 1);
    }

    protected StreamPosition publish(String channel, ChannelRules rules, String text) {
        return publish(channel, rules, null, text);
    }

    protected StreamPosition publish(String channel, ChannelRules rules, @Nullable String key, String text) {
        return Objects.requireNonNull(outcome(new Broker.Request(channel, rules, content(key, text), null))
                .position());
    }

    protected Broker.Outcome outcome(Broker.Request request) {
        return await(broker.publish(List.of(request))).get(0);
    }

    protected Broker.History history(String channel, ChannelRules rules, @Nullable StreamPosition since, int limit) {
        return await(broker.history(channel, rules, since, limit));
    }

    @SuppressWarnings("NullAway") // of Void there is none
    protected static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(5, TimeUnit.SECONDS).join();
    }

    protected static List<String> texts(Broker.History history) {
        return history.publications().stream().map(BrokerContract::text).toList();
    }

    protected static String text(Publication publication) {
        return new String(publication.content().data(), UTF_8);
    }

    protected static Publication.Content content(@Nullable String key, String text) {
        return new Publication.Content(Publication.Kind.MESSAGE, text.getBytes(UTF_8), false, null, key);
    }

    protected static ChannelRules rules(int historySize, boolean conflate) {
        return new ChannelRules(
                historySize,
                Duration.ofMinutes(5),
                conflate,
                SlowConsumerPolicy.CATCH_UP,
                true,
                true,
                Access.ANYONE,
                Access.ANYONE,
                65_536);
    }
}
