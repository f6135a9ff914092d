package dev.fanfare.gateway.hub;

import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A dense list in which joining and leaving cost the same however long it is: a member knows its slot. A member may
 * leave while the list is walked; its slot then stays empty until the walk has ended, so that nobody is visited twice or
 * passed over. Owned by one event loop.
 */
public final class Roster<T extends Roster.Seat> {
    /** What a member of a roster is: something that remembers where it sits. */
    public abstract static class Seat {
        private static final int NOWHERE = -1;

        private int slot = NOWHERE;

        /** Whether it sits in a roster. */
        final boolean isSeated() {
            return slot != NOWHERE;
        }
    }

    private @Nullable Seat[] seats = new Seat[2];
    private int end;
    private int size;
    private int walks;

    /** Number of members. */
    public int size() {
        return size;
    }

    /** Adds a member that sits in no roster. */
    public void add(T member) {
        Seat seat = member;
        if (end == seats.length) {
            seats = Arrays.copyOf(seats, end + (end >> 1) + 1);
        }
        seats[end] = member;
        seat.slot = end++;
        size++;
    }

    /** Removes a member; false if it had left already. */
    public boolean remove(T member) {
        Seat seat = member;
        int slot = seat.slot;
        if (slot == Seat.NOWHERE) {
            return false;
        }
        seat.slot = Seat.NOWHERE;
        seats[slot] = null;
        size--;
        if (walks == 0) {
            fill(slot);
        }
        return true;
    }

    /** Visits every member once, beginning at {@code start} and going round. */
    public void walk(int start, Consumer<? super T> visitor) {
        new Walk(start).visit(Integer.MAX_VALUE, visitor);
    }

    /** Visits the {@code part}-th of {@code parts} equal stretches. */
    public void walkPart(int part, int parts, Consumer<? super T> visitor) {
        int from = (int) ((long) end * part / parts);
        int to = (int) ((long) end * (part + 1) / parts);
        walks++;
        try {
            visit(from, to, visitor);
        } finally {
            walked();
        }
    }

    /**
     * A walk over everybody who is a member when it begins, which may pause. It must be walked to its end, because until
     * then empty slots are not filled again.
     */
    public final class Walk {
        private final int stop = end;
        private final int first;
        private int done;

        public Walk(int start) {
            first = stop == 0 ? 0 : Math.floorMod(start, stop);
            walks++;
        }

        /** Slots not yet visited. */
        public int left() {
            return stop - done;
        }

        /**
         * Goes on over at most {@code most} slots.
         *
         * @return true when everybody has been visited; the walk has ended then
         */
        public boolean visit(int most, Consumer<? super T> visitor) {
            int until = (int) Math.min(stop, (long) done + most);
            int from = done;
            done = until;
            boolean ended = true; // also when a visitor fails
            try {
                visitRing(from, until, visitor);
                ended = until == stop;
            } finally {
                if (ended) {
                    walked();
                }
            }
            return ended;
        }

        /** Slots {@code from} to {@code to}, counted from the first one and going round. */
        private void visitRing(int from, int to, Consumer<? super T> visitor) {
            int beforeWrap = stop - first;
            Roster.this.visit(first + Math.min(from, beforeWrap), first + Math.min(to, beforeWrap), visitor);
            Roster.this.visit(Math.max(0, from - beforeWrap), Math.max(0, to - beforeWrap), visitor);
        }
    }

    @SuppressWarnings("unchecked") // only add() fills seats, and it takes a T
    private void visit(int from, int to, Consumer<? super T> visitor) {
        for (int i = from; i < to; i++) {
            Seat seat = seats[i];
            if (seat != null) {
                visitor.accept((T) seat);
            }
        }
    }

    private void walked() {
        if (--walks == 0 && size < end) {
            compact();
        }
    }

    private void compact() {
        int kept = 0;
        for (int i = 0; i < end; i++) {
            Seat seat = seats[i];
            if (seat != null) {
                seats[i] = null;
                seats[kept] = seat;
                seat.slot = kept++;
            }
        }
        end = kept;
    }

    private void fill(int slot) {
        Seat last = seats[--end];
        if (last != null) {
            seats[end] = null;
            seats[slot] = last;
            last.slot = slot;
        }
    }
}
