package dev.fanfare.gateway.engine.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * Channels by the second in which their oldest publication expires. A channel that expires later than the wheel reaches is
 * looked at once a turn. Owned by the engine's thread.
 */
final class ExpiryWheel {
    private static final int SLOTS = 1024;

    private final List<List<MemoryChannel>> slots = new ArrayList<>(SLOTS);
    private long next;

    /** Begins at {@code second}. */
    ExpiryWheel(long second) {
        next = second;
        for (int i = 0; i < SLOTS; i++) {
            slots.add(new ArrayList<>(0));
        }
    }

    /** Remembers {@code channel}, which is in no slot, for {@code second}. */
    void add(MemoryChannel channel, long second) {
        long slot = Math.min(Math.max(second, next), next + SLOTS - 1);
        slots.get((int) (slot % SLOTS)).add(channel);
        channel.watched = true;
    }

    /**
     * Turns to {@code second}.
     *
     * @param expire called for each channel that is due; returns the second in which it is due again, or -1 for never
     */
    void turn(long second, ToLongFunction<MemoryChannel> expire) {
        long last = Math.min(second, next + SLOTS - 1); // after a long sleep one whole turn sees everybody
        while (next <= last) {
            int slot = (int) (next % SLOTS);
            List<MemoryChannel> due = slots.get(slot);
            slots.set(slot, new ArrayList<>(0));
            next++;
            for (MemoryChannel channel : due) {
                channel.watched = false;
                long again = expire.applyAsLong(channel);
                if (again >= 0) {
                    add(channel, again);
                }
            }
        }
        next = Math.max(next, second + 1);
    }
}
