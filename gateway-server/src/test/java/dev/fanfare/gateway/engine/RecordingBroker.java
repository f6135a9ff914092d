package dev.fanfare.gateway.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fanfare.gateway.channel.ChannelPattern;
import dev.fanfare.gateway.channel.ChannelRules;
import dev.fanfare.gateway.channel.StreamPosition;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** An engine that only remembers what was published. Any thread. */
public final class RecordingBroker implements Broker {
    public final List<Request> requests = new CopyOnWriteArrayList<>();

    /** The data of everything published so far. */
    public List<String> published() {
        return requests.stream()
                .map(request -> new String(request.content().data(), UTF_8))
                .toList();
    }

    @Override
    public void start(Listener listener) {}

    @Override
    public CompletionStage<List<Outcome>> publish(List<Request> batch) {
        requests.addAll(batch);
        return CompletableFuture.completedFuture(batch.stream()
                .map(request -> new Outcome(new StreamPosition(requests.size(), "e"), null))
                .toList());
    }

    @Override
    public void read(
            String channel,
            ChannelRules rules,
            @Nullable StreamPosition since,
            int limit,
            BiConsumer<@Nullable History, @Nullable Throwable> reader) {
        reader.accept(new History(List.of(), new StreamPosition(0, "e"), true), null);
    }

    @Override
    public CompletionStage<Void> removeHistory(String channel) {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<List<String>> channels(ChannelPattern pattern, int limit) {
        return CompletableFuture.completedFuture(List.of());
    }

    @Override
    public void interest(String channel, boolean wanted) {}

    @Override
    public void close() {}
}
