package dev.fanfare.gateway.engine.memory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.gateway.channel.Access;
import dev.fanfare.gateway.channel.ChannelRules;
import dev.fanfare.gateway.channel.Publication;
import dev.fanfare.gateway.channel.SlowConsumerPolicy;
import dev.fanfare.gateway.channel.StreamPosition;
import dev.fanfare.gateway.engine.Broker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random interleavings of publish, subscribe, leave, removed history and time that passes, against a model that fits in a
 * sentence: who comes back within the time that is promised gets exactly what was published since and is younger than the
 * history's time, and is told a gap if and only if something else was published since.
 */
class NoNeedlessGapsTest {
    private static final int SIZE = 5;
    private static final Duration TTL = Duration.ofMinutes(2);
    private static final List<String> CHANNELS = List.of("a", "b", "c", "d", "e", "f");

    private final AtomicLong now = new AtomicLong(1_000_000_000_000L);
    private final MemoryConfig config = new MemoryConfig(1024 * 1024, 10_000, 1_000);
    private final EngineThread thread = new EngineThread(config);
    private final MemoryBroker broker = new MemoryBroker(config, thread, now::get);
    private final ChannelRules rules = new ChannelRules(
            SIZE, TTL, false, SlowConsumerPolicy.CATCH_UP, false, false, Access.ANYONE, Access.ANYONE, 65_536);

    private final Map<String, Model> models = new HashMap<>();
    /** Where somebody stood who has gone since. */
    private final Map<String, Place> places = new HashMap<>();

    /** What the model knows of a channel. */
    private static final class Model {
        final List<String> published = new ArrayList<>();
        final List<Long> at = new ArrayList<>();
        int removed;
        boolean wanted;
        /** Since when nothing has happened to it. */
        long touched;
    }

    /** Where somebody stood: the position, and how much was published then. */
    private record Place(StreamPosition position, int published) {}

    @AfterEach
    void end() {
        broker.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void aGapIsToldIfAndOnlyIfSomethingIsMissing(long seed) {
        Random random = new Random(seed);
        int gaps = 0;
        int whole = 0;
        for (int step = 0; step < 4_000; step++) {
            String channel = CHANNELS.get(random.nextInt(CHANNELS.size()));
            Model model = models.computeIfAbsent(channel, name -> new Model());
            switch (random.nextInt(8)) {
                case 0, 1 -> publish(channel, model);
                case 2 -> {
                    model.wanted = !model.wanted;
                    model.touched = now.get();
                    broker.interest(channel, model.wanted);
                }
                case 3 -> passes(random.nextInt(40));
                case 4 -> {
                    if (random.nextInt(20) == 0) {
                        await(broker.removeHistory(channel));
                        model.removed = model.published.size();
                    }
                }
                case 5 -> broker.interest("passing" + step, random.nextBoolean());
                case 6 -> {
                    if (model.wanted) {
                        places.put(
                                channel,
                                new Place(
                                        await(broker.history(channel, rules, null, 0))
                                                .top(),
                                        model.published.size()));
                    }
                }
                default -> {
                    Place place = places.get(channel);
                    if (place != null) {
                        boolean complete = comesBack(channel, model, place);
                        whole += complete ? 1 : 0;
                        gaps += complete ? 0 : 1;
                    }
                }
            }
        }
        assertThat(gaps).isGreaterThan(20);
        assertThat(whole).isGreaterThan(100);
    }

    private boolean isRemembered(Model model) {
        return model.wanted || now.get() - model.touched < MemoryBroker.IDLE_MILLIS;
    }

    private boolean comesBack(String channel, Model model, Place place) {
        int kept = Math.max(model.removed, model.published.size() - SIZE);
        while (kept < model.published.size() && model.at.get(kept) + TTL.toMillis() + 1_000 <= now.get()) {
            kept++;
        }
        Broker.History history = await(broker.history(channel, rules, place.position, 100));
        boolean complete = place.published >= kept;
        assertThat(history.complete()).as("%s at %s", channel, place).isEqualTo(complete);
        int from = Math.max(kept, place.published);
        assertThat(history.publications().stream()
                        .map(each -> new String(each.content().data(), UTF_8))
                        .toList())
                .isEqualTo(model.published.subList(from, model.published.size()));
        return complete;
    }

    private void publish(String channel, Model model) {
        String text = channel + model.published.size();
        model.published.add(text);
        model.at.add(now.get());
        model.touched = now.get();
        Publication.Content content =
                new Publication.Content(Publication.Kind.MESSAGE, text.getBytes(UTF_8), false, null, null);
        await(broker.publish(List.of(new Broker.Request(channel, rules, content, null))));
    }

    /** Whole seconds, so that what expires within one is no question. */
    private void passes(int seconds) {
        for (int i = 0; i < seconds; i++) {
            now.addAndGet(1_000);
            await(thread.ask(() -> {
                broker.expire();
                return true;
            }));
            places.keySet().removeIf(channel -> !isRemembered(models.getOrDefault(channel, new Model())));
        }
    }

    private static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(5, TimeUnit.SECONDS).join();
    }
}
