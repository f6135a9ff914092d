package dev.fanfare.gateway.hub;

import dev.fanfare.gateway.engine.Broker;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;

/**
 * Which shards want which channel, so that a publication wakes only the loops that have somebody for it. Any thread; shards
 * change it when the first subscriber of a channel comes and the last one goes, never on delivery.
 */
final class Interests {
    private final ConcurrentMap<String, Interest> channels = new ConcurrentHashMap<>();
    private final AtomicIntegerArray patterns;
    private final Broker broker;

    Interests(int shards, Broker broker) {
        this.patterns = new AtomicIntegerArray(shards);
        this.broker = broker;
    }

    void add(String channel, int shard) {
        channels.compute(channel, (name, before) -> {
            if (before == null) {
                broker.interest(name, true);
            }
            return (before == null ? Interest.none(patterns.length()) : before).with(shard);
        });
    }

    void remove(String channel, int shard) {
        channels.computeIfPresent(channel, (name, before) -> {
            Interest left = before.without(shard);
            if (left.isEmpty()) {
                broker.interest(name, false);
                return null;
            }
            return left;
        });
    }

    void addPattern(int shard) {
        patterns.incrementAndGet(shard);
    }

    void removePattern(int shard) {
        patterns.decrementAndGet(shard);
    }

    @Nullable
    Interest in(String channel) {
        return channels.get(channel);
    }

    boolean wants(int shard, @Nullable Interest interest) {
        return patterns.get(shard) > 0 || (interest != null && interest.has(shard));
    }

    /** Channels somebody here subscribed to by name. */
    int channels() {
        return channels.size();
    }
}
