package dev.fanfare.gateway.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.gateway.channel.Cursor;
import dev.fanfare.gateway.channel.StreamPosition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random interleavings of publish, subscribe, full sockets, cut connections, late answers of the engine and lost history,
 * against a model that fits in a sentence: what a client saw of a channel, over all of its connections, is a run of numbers
 * without a hole and without a repetition, except where it was told of a gap.
 */
class RecoveryModelTest {
    private static final List<String> CHANNELS = List.of("a:1", "a:2", "b:1");
    private static final Pattern ID = Pattern.compile("(?m)^id: (\\S+)$");
    private static final Pattern DATA = Pattern.compile("(?m)^data: (\\S+)/(\\d+)$");
    private static final Pattern GAP =
            Pattern.compile("(?m)^data: \\{\"channel\":\"([^\"]+)\".*\"now\":\\{\"offset\":(\\d+)");

    private final Bench bench = new Bench(Bench.HISTORY);
    private final Map<String, Integer> published = new HashMap<>();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 610, 987, 1597})
    void nothingIsLostTwiceOrOutOfOrder(long seed) {
        Random random = new Random(seed);
        List<Reader> readers = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            readers.add(new Reader(CHANNELS.subList(0, 1 + i % CHANNELS.size())));
        }
        for (int step = 0; step < 3_000; step++) {
            step(random, readers.get(random.nextInt(readers.size())));
        }
        bench.broker.release();
        for (Reader reader : readers) {
            reader.connect();
            reader.client().unblock();
        }
        settle();
        for (String channel : CHANNELS) {
            publish(channel);
        }
        settle();
        for (Reader reader : readers) {
            reader.readAll();
            for (String channel : reader.channels) {
                assertThat(reader.reached.get(channel))
                        .as("seed %d, %s", seed, channel)
                        .isEqualTo(published.get(channel));
            }
        }
        assertThat(readers).allMatch(reader -> reader.messages > 50);
    }

    private void step(Random random, Reader reader) {
        switch (random.nextInt(12)) {
            case 0 -> reader.connect();
            case 1 -> reader.cut();
            case 2 -> reader.blocked(true);
            case 3, 4 -> reader.blocked(false);
            case 5 -> bench.broker.hold();
            case 6 -> bench.broker.release();
            case 7 -> bench.loop.runPendingTasks();
            case 8 -> {
                if (random.nextInt(20) == 0) {
                    bench.broker.forget(CHANNELS.get(random.nextInt(CHANNELS.size())));
                }
            }
            default -> publish(CHANNELS.get(random.nextInt(CHANNELS.size())));
        }
    }

    private void publish(String channel) {
        int number = published.merge(channel, 1, Integer::sum);
        bench.post(channel, channel + "/" + number);
    }

    private void settle() {
        for (int i = 0; i < 20; i++) {
            bench.loop.runPendingTasks();
        }
    }

    /** A client that comes back with the last id it saw, as an EventSource does. */
    private final class Reader {
        final List<String> channels;
        final Map<String, Integer> reached = new HashMap<>();
        int messages;
        private @Nullable TestClient client;
        private String lastId = "";
        private int read;

        Reader(List<String> channels) {
            this.channels = channels;
        }

        TestClient client() {
            if (client == null) {
                throw new AssertionError("not connected");
            }
            return client;
        }

        void connect() {
            if (client != null) {
                return;
            }
            TestClient connected = new TestClient(bench.shard, Bench.SSE, each -> {});
            connected.keepIds();
            client = connected;
            read = 0;
            Cursor cursor = lastId.isEmpty() ? null : Cursor.parse(lastId);
            Map<String, StreamPosition> since = cursor == null ? Map.of() : cursor.of(channels);
            connected.subscribe(channels.stream()
                    .map(name -> new Wish(name, Bench.HISTORY, since.get(name)))
                    .toList());
        }

        void cut() {
            if (client != null) {
                readAll();
                client.channel.close();
                client = null;
            }
        }

        void blocked(boolean blocked) {
            if (client != null && blocked) {
                client.block();
            } else if (client != null) {
                client.unblock();
            }
        }

        void readAll() {
            List<String> events = new ArrayList<>();
            List<String> writes = client().received;
            for (; read < writes.size(); read++) {
                events.addAll(List.of(writes.get(read).split("\n\n")));
            }
            events.forEach(this::see);
        }

        private void see(String event) {
            Matcher data = DATA.matcher(event);
            Matcher gap = GAP.matcher(event);
            if (data.find()) {
                int number = Integer.parseInt(data.group(2));
                Integer before = reached.put(data.group(1), number);
                messages++;
                assertThat(before == null || number == before + 1)
                        .as("%s after %s", event, before)
                        .isTrue();
            } else if (gap.find()) {
                assertThat(bench.broker.forgottenUpTo(gap.group(1)))
                        .as("a gap where nothing is missing: %s", event)
                        .isGreaterThan(reached.getOrDefault(gap.group(1), 0));
                reached.put(gap.group(1), Integer.parseInt(gap.group(2)));
            }
            Matcher id = ID.matcher(event);
            if (id.find()) {
                lastId = id.group(1);
            }
        }
    }
}
