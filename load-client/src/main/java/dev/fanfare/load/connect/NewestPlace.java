package dev.fanfare.load.connect;

import dev.fanfare.load.stats.Counter;
import dev.fanfare.load.stats.Tally;
import dev.fanfare.load.wire.Content;
import dev.fanfare.load.wire.Cursor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A place in a channel that conflates: offsets rise, some may be skipped, and in the end the newest publication of each key is
 * there. The key of a publication follows from its number.
 */
final class NewestPlace extends Place {
    private final long[] newest;
    private long highest = -1;

    NewestPlace(int keys) {
        newest = new long[keys];
    }

    @Override
    void arm() {}

    @Override
    void publication(long offset, String inEpoch, Content content, Tally tally) {
        int key = (int) (content.number() % newest.length);
        if (rises(offset, inEpoch, content.number() == newest[key], tally)) {
            if (content.number() <= newest[key]) {
                tally.add(content.number() == newest[key] ? Counter.REPEATED : Counter.CORRUPT, 1);
                faulty |= content.number() < newest[key];
            }
            newest[key] = Math.max(newest[key], content.number());
        }
    }

    private boolean rises(long offset, String inEpoch, boolean again, Tally tally) {
        boolean same = inEpoch.equals(epoch);
        if (same && offset <= highest) {
            tally.add(again ? Counter.DUPLICATED : Counter.OUT_OF_ORDER, 1);
            faulty = true;
            return false;
        }
        if (same) {
            tally.add(Counter.CONFLATED, offset - highest - 1);
        }
        epoch = inEpoch;
        highest = offset;
        return true;
    }

    @Override
    void foreign(long offset, String inEpoch, Tally tally) {
        rises(offset, inEpoch, false, tally);
    }

    @Override
    void corrupt() {
        faulty = true;
    }

    @Override
    void gap(long offset, String inEpoch, Tally tally) {
        told = true;
        highest = inEpoch.equals(epoch) ? Math.max(highest, offset) : offset;
        epoch = inEpoch;
    }

    @Override
    void gap() {
        told = true;
        unpositioned();
    }

    @Override
    Cursor.@Nullable Position position() {
        return epoch == null ? null : new Cursor.Position(epoch, highest);
    }

    @Override
    void standsAt(Cursor.Position position) {
        epoch = position.epoch();
        highest = position.offset();
    }

    @Override
    void unpositioned() {
        epoch = null;
        highest = -1;
        Arrays.fill(newest, 0);
    }

    /** Keys whose newest publication is not there. Who was told of a gap must still have the newest of all. */
    @Override
    long missing(Ends ends, int channel) {
        long last = ends.numbers()[channel];
        long missing = 0;
        for (long number = last; number > 0 && number > last - newest.length; number--) {
            boolean there = newest[(int) (number % newest.length)] >= number;
            missing += there || (told && number < last) ? 0 : 1;
        }
        return missing;
    }
}
