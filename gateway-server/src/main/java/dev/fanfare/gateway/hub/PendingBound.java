package dev.fanfare.gateway.hub;

import java.util.Arrays;

/**
 * Decides who is closed when too many bytes wait for all sockets together: the connections for which most waits, because that closes
 * fewest and hits those who are furthest from ever reading it. To find them without sorting, connections are counted by size, in powers of
 * two, with each sweep of the roster; the next one closes from the largest size down. Owned by the shard's event loop.
 */
final class PendingBound {
    private final PendingTotal total;
    private final long[] bySize = new long[Integer.SIZE];
    private long seen;
    private long seenBefore;
    private long excess;
    private int smallest;

    PendingBound(PendingTotal total) {
        this.total = total;
    }

    /** Looks at a connection; whether it is to be closed. */
    boolean isTooMuch(int waiting) {
        if (waiting == 0) {
            return false;
        }
        seen += waiting;
        bySize[size(waiting)] += waiting;
        if (excess <= 0 || size(waiting) < smallest) {
            return false;
        }
        excess -= waiting;
        return true;
    }

    /** All connections have been looked at. */
    void swept() {
        total.changed(seenBefore, seen);
        seenBefore = seen;
        excess = total.excess(seen);
        smallest = Integer.SIZE;
        for (long found = 0; smallest > 0 && found < excess; ) {
            found += bySize[--smallest];
        }
        seen = 0;
        Arrays.fill(bySize, 0);
    }

    private static int size(int bytes) {
        return Integer.SIZE - 1 - Integer.numberOfLeadingZeros(bytes);
    }
}
