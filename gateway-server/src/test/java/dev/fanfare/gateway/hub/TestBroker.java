package dev.fanfare.gateway.hub;

import dev.fanfare.gateway.channel.ChannelPattern;
import dev.fanfare.gateway.channel.ChannelRules;
import dev.fanfare.gateway.channel.Publication;
import dev.fanfare.gateway.channel.StreamPosition;
import dev.fanfare.gateway.engine.Broker;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** An engine without a thread; its answers may be held back, so that a test decides what comes first. */
final class TestBroker implements Broker {
    static final String EPOCH = "epoch1";

    private final Map<String, List<Publication>> streams = new LinkedHashMap<>();
    private final Map<String, Long> forgotten = new LinkedHashMap<>();
    private final List<Runnable> held = new ArrayList<>();
    final List<String> interests = new ArrayList<>();
    private boolean holding;
    private String epoch = EPOCH;
    private @Nullable Listener listener;

    @Override
    public void start(Listener toWhom) {
        listener = toWhom;
    }

    /** From now on readers wait for their answer. */
    void hold() {
        holding = true;
    }

    /** Answers held back. */
    int held() {
        return held.size();
    }

    /** All answers held back come; they say what was true when they were asked for. */
    void release() {
        holding = false;
        List<Runnable> answers = List.copyOf(held);
        held.clear();
        answers.forEach(Runnable::run);
    }

    /** The channel loses everything it kept. */
    void forget(String channel) {
        forgotten.put(channel, top(channel));
    }

    /** From now on every stream begins anew. */
    void renumber() {
        epoch = "epoch2";
        streams.clear();
    }

    /** The newest publication of {@code channel} that is gone. */
    int forgottenUpTo(String channel) {
        return forgotten.getOrDefault(channel, 0L).intValue();
    }

    Publication publish(String channel, ChannelRules rules, Publication.Content content) {
        long offset = content.kind() == Publication.Kind.MESSAGE ? top(channel) + 1 : 0;
        Publication made =
                new Publication(channel, new StreamPosition(offset, epoch), content, System.currentTimeMillis());
        if (offset > 0) {
            streams.computeIfAbsent(channel, name -> new ArrayList<>()).add(made);
        }
        if (listener != null) {
            listener.onPublication(made, rules);
        }
        return made;
    }

    @Override
    public CompletionStage<List<Outcome>> publish(List<Request> batch) {
        List<Outcome> outcomes = new ArrayList<>();
        for (Request each : batch) {
            outcomes.add(new Outcome(
                    publish(each.channel(), each.rules(), each.content()).position(), null));
        }
        return CompletableFuture.completedFuture(outcomes);
    }

    @Override
    public void read(
            String channel,
            ChannelRules rules,
            @Nullable StreamPosition since,
            int limit,
            BiConsumer<@Nullable History, @Nullable Throwable> reader) {
        History answer = read(channel, rules, since, limit);
        if (holding) {
            held.add(() -> reader.accept(answer, null));
        } else {
            reader.accept(answer, null);
        }
    }

    private History read(String channel, ChannelRules rules, @Nullable StreamPosition since, int limit) {
        long lost = forgotten.getOrDefault(channel, 0L);
        boolean sameEpoch = since == null || since.epoch().equals(epoch);
        long from = since == null || !sameEpoch ? 0 : since.offset();
        List<Publication> kept = new ArrayList<>(streams.getOrDefault(channel, List.of()));
        kept.removeIf(each -> each.offset() <= Math.max(from, lost));
        if (rules.conflate()) {
            Map<String, Publication> newest = new LinkedHashMap<>();
            for (Publication each : kept) {
                String key = String.valueOf(each.content().key());
                newest.remove(key);
                newest.put(key, each);
            }
            kept = new ArrayList<>(newest.values());
        }
        boolean complete = since == null || (sameEpoch && (rules.conflate() || from >= lost));
        StreamPosition top = new StreamPosition(top(channel), epoch);
        return new History(List.copyOf(kept.subList(0, Math.min(limit, kept.size()))), top, complete);
    }

    private long top(String channel) {
        return streams.getOrDefault(channel, List.of()).size();
    }

    @Override
    public CompletionStage<Void> removeHistory(String channel) {
        forget(channel);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<List<String>> channels(ChannelPattern pattern, int limit) {
        return CompletableFuture.completedFuture(
                streams.keySet().stream().filter(pattern::matches).limit(limit).toList());
    }

    @Override
    public void interest(String channel, boolean wanted) {
        interests.add((wanted ? "+" : "-") + channel);
    }

    @Override
    public void close() {
        listener = null;
    }
}
