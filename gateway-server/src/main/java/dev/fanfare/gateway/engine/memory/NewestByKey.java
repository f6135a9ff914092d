package dev.fanfare.gateway.engine.memory;

import dev.fanfare.gateway.channel.Publication;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The newest publication of each key of a conflating channel. Owned by the engine's thread. */
final class NewestByKey implements Kept {
    /** What a key takes in both maps. */
    private static final int ENTRIES = 128;

    private final Map<@Nullable String, Publication> byKey = new HashMap<>(2);
    private final TreeMap<Long, Publication> byOffset = new TreeMap<>();

    @Override
    public long add(Publication newest) {
        Publication replaced = byKey.put(newest.content().key(), newest);
        byOffset.put(newest.offset(), newest);
        if (replaced == null) {
            return cost(newest);
        }
        byOffset.remove(replaced.offset());
        return cost(newest) - cost(replaced);
    }

    @Override
    public boolean isEmpty() {
        return byOffset.isEmpty();
    }

    @Override
    public Publication oldest() {
        return byOffset.firstEntry().getValue();
    }

    @Override
    public long dropOldest() {
        Map.Entry<Long, Publication> oldest = byOffset.pollFirstEntry();
        if (oldest == null) {
            return 0;
        }
        byKey.remove(oldest.getValue().content().key());
        return cost(oldest.getValue());
    }

    @Override
    public void read(long offset, Page page) {
        for (Publication publication : byOffset.tailMap(offset, false).values()) {
            if (!page.add(publication)) {
                return;
            }
        }
    }

    @Override
    public long cost(Publication publication) {
        Publication.Content content = publication.content();
        String key = content.key();
        String type = content.type();
        return (long) OVERHEAD
                + ENTRIES
                + content.data().length
                + (key == null ? 0 : key.length())
                + (type == null ? 0 : type.length());
    }
}
