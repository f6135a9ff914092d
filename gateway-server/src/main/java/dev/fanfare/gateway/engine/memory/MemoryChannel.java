package dev.fanfare.gateway.engine.memory;

import dev.fanfare.gateway.channel.ChannelRules;
import dev.fanfare.gateway.channel.Publication;
import org.jspecify.annotations.Nullable;

/**
 * One channel: its newest offset and what it retains. There may be 100,000 of these, and most retain nothing. Owned by the
 * engine's thread.
 */
final class MemoryChannel extends Line.Place {
    final String name;
    /** Of the newest publication. */
    long top;
    /** How long a publication is kept, as of the newest. */
    long ttlMillis;
    /** Since when nobody has wanted it and it has kept nothing. */
    long idleSinceMillis;
    /** Whether somebody on this node wants it: then its numbering must not begin anew. */
    boolean wanted;
    /** Whether somebody may come back to it: it was wanted, or has kept something. */
    boolean remembered;
    /** Whether it stands in the expiry wheel. */
    boolean watched;
    /** All publications up to this one may be gone. */
    private long forgotten;

    private @Nullable Kept kept;

    MemoryChannel(String name, long top) {
        this.name = name;
        this.top = top;
        this.forgotten = top;
    }

    /** Keeps {@code publication} as the rules say; returns how many bytes more are kept than before. */
    long keep(Publication publication, ChannelRules rules) {
        if (!rules.retains()) {
            forgotten = publication.offset();
            return 0;
        }
        if (kept == null) {
            kept = rules.conflate() ? new NewestByKey() : new Ring(rules.historySize());
        }
        long grown = kept.add(publication);
        if (!rules.conflate()) { // what a newer one of its key has replaced is not missing
            forgotten = kept.oldest().offset() - 1;
        }
        return grown;
    }

    boolean isEmpty() {
        return kept == null;
    }

    /** When the oldest publication was made; {@link Long#MAX_VALUE} if nothing is kept. */
    long oldestMillis() {
        return kept == null ? Long.MAX_VALUE : kept.oldest().madeAtMillis();
    }

    /** Forgets the oldest publication; returns the bytes it took, 0 if there was none. */
    long dropOldest() {
        if (kept == null) {
            return 0;
        }
        forgotten = kept.oldest().offset();
        long bytes = kept.dropOldest();
        if (kept.isEmpty()) {
            kept = null;
        }
        return bytes;
    }

    /** Adds what is newer than {@code offset} to {@code page}. */
    void read(long offset, Page page) {
        if (kept != null) {
            kept.read(offset, page);
        }
    }

    /** Whether everything newer than {@code offset} that should be kept is kept. */
    boolean covers(long offset) {
        return offset >= forgotten;
    }
}
