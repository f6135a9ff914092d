package dev.fanfare.gateway.engine.memory;

import dev.fanfare.gateway.channel.Publication;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The newest publications of a channel. Their offsets follow each other, so that a position is found by counting, however
 * long the history is. Owned by the engine's thread.
 */
final class Ring implements Kept {
    private static final int FIRST = 2;

    private final int most;
    private @Nullable Publication[] slots = new Publication[FIRST];
    private int head;
    private int size;

    /** Keeps at most {@code most}, which is at least 1. */
    Ring(int most) {
        this.most = most;
    }

    @Override
    public long add(Publication newest) {
        long grown = cost(newest);
        while (size >= most || (size > 0 && newest.offset() != oldest().offset() + size)) {
            grown -= dropOldest();
        }
        if (size == slots.length) {
            grow();
        }
        slots[(head + size) % slots.length] = newest;
        size++;
        return grown;
    }

    @Override
    public boolean isEmpty() {
        return size == 0;
    }

    @Override
    public Publication oldest() {
        return at(0);
    }

    @Override
    public long dropOldest() {
        if (size == 0) {
            return 0;
        }
        long cost = cost(oldest());
        slots[head] = null;
        head = (head + 1) % slots.length;
        size--;
        return cost;
    }

    @Override
    public void read(long offset, Page page) {
        if (size == 0) {
            return;
        }
        long from = Math.max(0, offset - oldest().offset() + 1);
        for (long i = from; i < size && page.add(at((int) i)); i++) {} // until one is full or the other empty
    }

    @Override
    public long cost(Publication publication) {
        Publication.Content content = publication.content();
        return (long) OVERHEAD + content.data().length + length(content.type()) + length(content.key());
    }

    private Publication at(int i) {
        Publication found = slots[(head + i) % slots.length];
        if (found == null) {
            throw new IllegalStateException("nothing at %d of %d".formatted(i, size));
        }
        return found;
    }

    private void grow() {
        int longer = (int) Math.min(most, slots.length * 2L);
        @Nullable Publication[] more = Arrays.copyOfRange(slots, head, head + longer);
        System.arraycopy(slots, 0, more, slots.length - head, head);
        slots = more;
        head = 0;
    }

    private static int length(@Nullable String text) {
        return text == null ? 0 : text.length();
    }
}
