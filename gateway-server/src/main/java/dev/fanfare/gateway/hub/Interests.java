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
                return new Interest(bit(shard), 0);
            }
            return new Interest(before.shards | bit(shard), before.newest());
        });
    }

    void remove(String channel, int shard) {
        channels.computeIfPresent(channel, (name, before) -> {
            long left = before.shards & ~bit(shard);
            if (left == 0) {
                broker.interest(name, false);
                return null;
            }
            return new Interest(left, before.newest());
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
        return patterns.get(shard) > 0 || (interest != null && (interest.shards & bit(shard)) != 0);
    }

    /** Channels somebody here subscribed to by name. */
    int channels() {
        return channels.size();
    }

    private static long bit(int shard) {
        return 1L << Math.min(shard, Long.SIZE - 1);
    }
}
