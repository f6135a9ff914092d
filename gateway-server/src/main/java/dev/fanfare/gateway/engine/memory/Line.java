package dev.fanfare.gateway.engine.memory;

import org.jspecify.annotations.Nullable;

/**
 * Channels in the order in which they were added or used last. The places are the channels themselves, each in one line at
 * most, so that 100,000 of them need no entries beside. Owned by the engine's thread.
 */
final class Line {
    /** A channel's place in a line. */
    abstract static class Place {
        private @Nullable Line line;
        private @Nullable Place before;
        private @Nullable Place after;
    }

    private @Nullable Place first;
    private @Nullable Place last;
    private int size;

    /** Puts {@code channel} at the end, wherever it stood. */
    void add(MemoryChannel channel) {
        Place place = channel;
        if (last == place) {
            return;
        }
        leave(channel);
        place.line = this;
        place.before = last;
        if (last == null) {
            first = place;
        } else {
            last.after = place;
        }
        last = place;
        size++;
    }

    /** Whether {@code channel} stands here. */
    boolean has(MemoryChannel channel) {
        return ((Place) channel).line == this;
    }

    /** Takes {@code channel} out of the line it stands in, if any. */
    static void leave(MemoryChannel channel) {
        Place place = channel;
        Line line = place.line;
        if (line == null) {
            return;
        }
        Place before = place.before;
        Place after = place.after;
        if (before == null) {
            line.first = after;
        } else {
            before.after = after;
        }
        if (after == null) {
            line.last = before;
        } else {
            after.before = before;
        }
        place.line = null;
        place.before = null;
        place.after = null;
        line.size--;
    }

    /** Who has stood here longest. */
    @Nullable
    MemoryChannel first() {
        return (MemoryChannel) first;
    }

    int size() {
        return size;
    }
}
