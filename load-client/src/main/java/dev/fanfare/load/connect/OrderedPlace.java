package dev.fanfare.load.connect;

import dev.fanfare.load.stats.Counter;
import dev.fanfare.load.stats.SequenceTracker;
import dev.fanfare.load.stats.Tally;
import dev.fanfare.load.wire.Content;
import dev.fanfare.load.wire.Cursor;
import org.jspecify.annotations.Nullable;

/**
 * A place in a channel from which everything comes: offsets rise by one, also across reconnects, unless a gap says otherwise, and
 * the number the publisher gave goes up in step with the offset the server gave.
 */
final class OrderedPlace extends Place {
    private static final long UNKNOWN = Long.MIN_VALUE;

    private SequenceTracker tracker = new SequenceTracker();
    /** Offset minus number; the same for all publications of one run in one epoch. */
    private long drift = UNKNOWN;

    private boolean armed;

    @Override
    void arm() {
        armed = true;
    }

    @Override
    void publication(long offset, String inEpoch, Content content, Tally tally) {
        long number = content.number();
        if (epoch != null && !inEpoch.equals(epoch)) {
            begin(offset, inEpoch, number, tally);
        }
        if (drift == UNKNOWN) {
            fromFirst(offset, number, tally);
        } else if (offset > tracker.highest()) {
            inStep(offset - number, tally);
        }
        drift = offset > tracker.highest() ? offset - number : drift;
        accept(offset, inEpoch, content.ts(), tally);
    }

    /** Numbering began anew and no gap was told: the publisher's numbers show whether anything is missing. */
    private void begin(long offset, String inEpoch, long number, Tally tally) {
        if (drift != UNKNOWN) {
            long skipped = number - (tracker.highest() - drift) - 1;
            if (skipped != 0) {
                faulty = true;
                tally.add(skipped > 0 ? Counter.LOST : Counter.DUPLICATED, skipped > 0 ? skipped : 1);
            }
        }
        epoch = inEpoch;
        tracker.begin(offset);
        drift = UNKNOWN;
    }

    private void fromFirst(long offset, long number, Tally tally) {
        if (armed) {
            // Of the numbers before this one, those whose offsets were skipped are counted by the tracker.
            long counted = tracker.highest() < 0 ? 0 : Math.max(0, offset - tracker.highest() - 1);
            long skipped = number - 1 - counted;
            if (skipped > 0) {
                tally.add(Counter.LOST, skipped);
                faulty = true;
            }
            armed = false;
        }
    }

    private void inStep(long found, Tally tally) {
        if (found > drift) {
            tally.add(Counter.REPEATED, found - drift);
        } else if (found < drift) {
            tally.add(Counter.CORRUPT, 1);
            faulty = true;
        }
    }

    private void accept(long offset, String inEpoch, long ts, Tally tally) {
        faulty |= tracker.highest() >= 0 && offset != tracker.highest() + 1;
        tracker.accept(offset, ts, tally);
        epoch = inEpoch;
    }

    @Override
    void foreign(long offset, String inEpoch, Tally tally) {
        if (epoch != null && !inEpoch.equals(epoch)) {
            tracker.begin(offset);
        }
        accept(offset, inEpoch, 0, tally);
        drift = UNKNOWN;
    }

    @Override
    void corrupt() {
        tracker.corrupt();
        faulty = true;
    }

    @Override
    void gap(long offset, String inEpoch, Tally tally) {
        told = true;
        armed = false;
        boolean same = inEpoch.equals(epoch);
        if (same && offset <= tracker.highest()) {
            return; // nothing is missing; whatever comes again is counted as it comes
        }
        if (same) {
            tally.add(Counter.TOLD_MISSING, offset - tracker.highest());
        } else {
            drift = UNKNOWN;
        }
        epoch = inEpoch;
        tracker.begin(offset + 1);
    }

    @Override
    void gap() {
        told = true;
        unpositioned();
    }

    @Override
    Cursor.@Nullable Position position() {
        return epoch == null ? null : new Cursor.Position(epoch, tracker.highest());
    }

    @Override
    void standsAt(Cursor.Position position) {
        epoch = position.epoch();
        tracker.begin(position.offset() + 1);
    }

    @Override
    void unpositioned() {
        epoch = null;
        armed = false;
        drift = UNKNOWN;
        tracker = new SequenceTracker();
    }

    @Override
    long missing(Ends ends, int channel) {
        long last = ends.numbers()[channel];
        if (last <= 0) {
            return 0;
        }
        if (epoch == null) {
            return armed ? last : 0;
        }
        if (epoch.equals(ends.epoch(channel))) {
            return Math.max(0, ends.offsets()[channel] - tracker.highest());
        }
        return drift == UNKNOWN ? 0 : Math.max(0, last - (tracker.highest() - drift));
    }
}
