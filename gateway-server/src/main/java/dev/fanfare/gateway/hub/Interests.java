package dev.fanfare.gateway.hub;

import dev.fanfare.gateway.channel.ChannelName;
import dev.fanfare.gateway.channel.ChannelPattern;
import dev.fanfare.gateway.engine.Broker;
import dev.fanfare.gateway.metrics.Refusal;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Which shards want which channel, so that a publication wakes only the loops that have somebody for it. Any thread; shards
 * change it when the first subscriber of a channel comes and the last one goes, never on delivery.
 */
final class Interests {
    private final ConcurrentMap<String, Interest> channels = new ConcurrentHashMap<>();
    /** By namespace: which shards have a pattern in it. */
    private final ConcurrentMap<String, Interest> patterns = new ConcurrentHashMap<>();

    private final int shards;
    private final AtomicInteger subscriptions = new AtomicInteger();
    private final AtomicInteger patternCount = new AtomicInteger();
    private final Broker broker;

    Interests(int shards, Broker broker) {
        this.shards = shards;
        this.broker = broker;
    }

    void add(String channel, int shard) {
        channels.compute(channel, (name, before) -> {
            if (before == null) {
                broker.interest(name, true);
            }
            return with(before, shard);
        });
    }

    void remove(String channel, int shard) {
        channels.computeIfPresent(channel, (name, before) -> {
            Interest left = without(before, shard);
            if (left == null) {
                broker.interest(name, false);
            }
            return left;
        });
    }

    /** {@code shard} has its first pattern in {@code namespace}. */
    void addPattern(String namespace, int shard) {
        patterns.compute(namespace, (name, before) -> with(before, shard));
    }

    /** {@code shard} has no pattern in {@code namespace} any more. */
    void removePattern(String namespace, int shard) {
        patterns.computeIfPresent(namespace, (name, before) -> without(before, shard));
    }

    private Interest with(@Nullable Interest before, int shard) {
        return (before == null ? Interest.none(shards) : before).with(shard);
    }

    /** Null if nobody is left. */
    private static @Nullable Interest without(Interest before, int shard) {
        Interest left = before.without(shard);
        return left.isEmpty() ? null : left;
    }

    @Nullable
    Interest in(String channel) {
        return channels.get(channel);
    }

    /** Who has patterns that may match {@code channel}: those in its namespace. */
    @Nullable
    Interest inPatternsOf(String channel) {
        return patterns.isEmpty() ? null : patterns.get(ChannelName.namespace(channel));
    }

    /** One more subscription, or one less. */
    void subscribed(int more) {
        subscriptions.addAndGet(more);
    }

    /** One more pattern that is new to its shard, or one less. */
    void patterns(int more) {
        patternCount.addAndGet(more);
    }

    /** Subscriptions of all shards. */
    int subscriptions() {
        return subscriptions.get();
    }

    /** Why {@code wishes} cannot be granted; null if they can. Wishes that are granted at once elsewhere are not seen. */
    @Nullable
    Refusal refusal(List<Wish> wishes, HubBounds bounds) {
        if (subscriptions.get() + wishes.size() > bounds.subscriptions()) {
            return Refusal.SUBSCRIPTIONS;
        }
        int more = 0;
        int morePatterns = 0;
        for (Wish wish : wishes) {
            boolean isPattern = ChannelPattern.isPattern(wish.name());
            morePatterns += isPattern ? 1 : 0; // perhaps somebody has it already: at the bound nobody gets one more
            more += isPattern || channels.containsKey(wish.name()) ? 0 : 1;
        }
        if (morePatterns > 0 && patternCount.get() + morePatterns > bounds.patterns()) {
            return Refusal.PATTERNS;
        }
        if (more > 0 && channels.size() + more > bounds.channels()) {
            return Refusal.CHANNELS;
        }
        return broker.hasRoom(more) ? null : Refusal.ENGINE;
    }

    /** Channels somebody here subscribed to by name. */
    int channels() {
        return channels.size();
    }
}
