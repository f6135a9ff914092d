package dev.fanfare.gateway.hub;

import org.jspecify.annotations.Nullable;

/**
 * Which shards have subscribers of one channel, and how far its stream has come. The set never changes: {@link Interests}
 * puts a new one in its place. The engine's thread is the only one to move {@link #newest}.
 */
final class Interest {
    private static final int BITS = Long.SIZE;

    /** One bit per shard. */
    private final long[] shards;

    private volatile long newest;

    private Interest(long[] shards, long newest) {
        this.shards = shards;
        this.newest = newest;
    }

    /** Nobody's, of as many shards. */
    static Interest none(int shards) {
        return new Interest(new long[(shards + BITS - 1) / BITS], 0);
    }

    Interest with(int shard) {
        long[] more = shards.clone();
        more[shard / BITS] |= 1L << (shard % BITS);
        return new Interest(more, newest);
    }

    Interest without(int shard) {
        long[] fewer = shards.clone();
        fewer[shard / BITS] &= ~(1L << (shard % BITS));
        return new Interest(fewer, newest);
    }

    static boolean names(@Nullable Interest interest, int shard) {
        return interest != null && interest.has(shard);
    }

    boolean has(int shard) {
        return (shards[shard / BITS] & 1L << (shard % BITS)) != 0;
    }

    boolean isEmpty() {
        for (long word : shards) {
            if (word != 0) {
                return false;
            }
        }
        return true;
    }

    long newest() {
        return newest;
    }

    /** A newer publication has taken the place of all before it. */
    void reached(long offset) {
        newest = offset;
    }
}
