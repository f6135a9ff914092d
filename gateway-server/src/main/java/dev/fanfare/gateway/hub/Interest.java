package dev.fanfare.gateway.hub;

/**
 * Which shards have subscribers of one channel, and how far its stream has come. Shards write through {@link Hub}; the
 * engine's thread reads, and is the only one to move {@link #newest}.
 */
final class Interest {
    /** One bit per shard; shards beyond the 63rd share the last one. */
    final long shards;

    private volatile long newest;

    Interest(long shards, long newest) {
        this.shards = shards;
        this.newest = newest;
    }

    long newest() {
        return newest;
    }

    void reached(long offset) {
        newest = offset;
    }
}
