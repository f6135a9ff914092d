package dev.fanfare.gateway.engine.memory;

import dev.fanfare.gateway.channel.ChannelRules;
import dev.fanfare.gateway.channel.Publication;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One channel: its newest offset and what it retains, oldest first. There may be 100,000 of these, and most retain nothing.
 * Owned by the engine's thread.
 */
final class MemoryChannel {
    /** What a kept publication takes beside its data: objects, collection, key. */
    private static final int OVERHEAD = 160;

    final String name;
    /** Of the newest publication. */
    long top;
    /** How long a publication is kept, as of the newest. */
    long ttlMillis;
    /** Whether somebody on this node wants it: then its numbering must not begin anew. */
    boolean wanted;
    /** Whether it stands in the expiry wheel. */
    boolean watched;
    /** All publications up to this one may be gone. */
    private long forgotten;

    private @Nullable ArrayDeque<Publication> history;
    private @Nullable LinkedHashMap<@Nullable String, Publication> newestByKey;

    MemoryChannel(String name, long top) {
        this.name = name;
        this.top = top;
        this.forgotten = top;
    }

    /** Keeps {@code publication} as the rules say; returns how many bytes more are kept than before. */
    long keep(Publication publication, ChannelRules rules) {
        long grown = 0;
        if (rules.conflate()) {
            if (newestByKey == null) {
                newestByKey = new LinkedHashMap<>(2);
            }
            Publication replaced = newestByKey.remove(publication.content().key()); // to stand last, as the newest
            newestByKey.put(publication.content().key(), publication);
            grown = cost(publication) - (replaced == null ? 0 : cost(replaced));
        } else if (rules.historySize() > 0) {
            if (history == null) {
                history = new ArrayDeque<>(2);
            }
            history.addLast(publication);
            grown = cost(publication);
            while (history.size() > rules.historySize()) {
                grown -= dropOldest();
            }
        } else {
            forgotten = publication.offset();
        }
        return grown;
    }

    boolean isEmpty() {
        return kept().isEmpty();
    }

    /** When the oldest publication was made; only if there is one. */
    long oldestMillis() {
        return kept().iterator().next().madeAtMillis();
    }

    /** Forgets the oldest publication; returns the bytes it took, 0 if there was none. */
    long dropOldest() {
        Iterator<Publication> oldest = kept().iterator();
        if (!oldest.hasNext()) {
            return 0;
        }
        Publication dropped = oldest.next();
        oldest.remove();
        forgotten = Math.max(forgotten, dropped.offset());
        if (kept().isEmpty()) {
            history = null;
            newestByKey = null;
        }
        return cost(dropped);
    }

    /** What is newer than {@code offset}, at most {@code limit}. */
    List<Publication> since(long offset, int limit) {
        List<Publication> found = new ArrayList<>();
        for (Publication publication : kept()) {
            if (found.size() == limit) {
                break;
            }
            if (publication.offset() > offset) {
                found.add(publication);
            }
        }
        return found;
    }

    /** Whether everything newer than {@code offset} that should be kept is kept. */
    boolean covers(long offset) {
        return offset >= forgotten;
    }

    private Collection<Publication> kept() {
        if (history != null) {
            return history;
        }
        return newestByKey == null ? List.of() : newestByKey.values();
    }

    private static long cost(Publication publication) {
        String key = publication.content().key();
        return (long) OVERHEAD + publication.content().data().length + (key == null ? 0 : key.length());
    }
}
