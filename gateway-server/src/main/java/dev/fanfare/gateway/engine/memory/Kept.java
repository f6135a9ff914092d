package dev.fanfare.gateway.engine.memory;

import dev.fanfare.gateway.channel.Publication;

/** What a channel keeps, in the order of its offsets. Owned by the engine's thread. */
interface Kept {
    /** What a publication takes beside its data: its objects and its place in a {@link Ring}. */
    int OVERHEAD = 136;

    /** Adds the newest; returns by how many bytes this has grown, which may be less than none. */
    long add(Publication newest);

    boolean isEmpty();

    /** The oldest; only if there is one. */
    Publication oldest();

    /** Forgets the oldest, if there is one; returns the bytes it took. */
    long dropOldest();

    /** Adds what is newer than {@code offset} to {@code page}, until it is full. */
    void read(long offset, Page page);

    /** The bytes that {@code publication} counts for. */
    long cost(Publication publication);
}
