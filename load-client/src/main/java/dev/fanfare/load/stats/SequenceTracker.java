package dev.fanfare.load.stats;

/**
 * Follows the numbers one subscriber receives. The first number is taken as it comes; from then on each message must be one
 * higher than the highest before it. Its event loop only.
 *
 * <ul>
 *   <li>A number higher than expected: the numbers skipped are <b>lost</b>.
 *   <li>A lower number that had not arrived: <b>out of order</b>, and no longer lost if it had been counted so.
 *   <li>A number that had arrived: <b>duplicated</b>.
 *   <li>More than {@value #WINDOW} below the highest, nobody remembers whether it had arrived: out of order, the count of lost
 *       ones stays.
 *   <li>A corrupt message has no trustworthy number; it takes the place of one number skipped before the next good message, so
 *       that one fault is not counted twice.
 *   <li>After a reconnect the numbers skipped are <b>missed while away</b>, not lost. A lower number is a new series if its tick
 *       was made later than the last one (the server was restarted). If the server could not know where the subscriber stood, the stream begins
 *       with its newest tick, and the same once more is no fault. Else it is judged as above.
 * </ul>
 */
public final class SequenceTracker {
    /** Two servers make the tick of one moment some milliseconds apart. */
    private static final long SAME_MOMENT_MILLIS = 100;

    /** How many numbers back it is known which arrived. */
    public static final int WINDOW = 64;

    private long first = -1;
    private long highest = -1;
    private long highestTs;
    /** Bit n: the number {@code highest - n} has arrived. */
    private long arrived;

    private int corrupt;
    private boolean resumed;
    private boolean beginsWithNewest;

    /** The highest number that arrived, -1 before the first. */
    public long highest() {
        return highest;
    }

    /** A message arrived whose content cannot be trusted. */
    public void corrupt() {
        corrupt++;
    }

    /**
     * Whether a message with this number and time would be the first of a new series: the first after a reconnect, lower than the
     * highest and yet made later.
     */
    public boolean restarts(long seq, long ts) {
        return resumed && later(seq, ts);
    }

    private boolean later(long seq, long ts) {
        return seq <= highest && ts > highestTs;
    }

    /** The stream was opened again after it ended. */
    public void resume() {
        resumed = true;
    }

    /** The server does not know where the subscriber stood: what comes next is its newest tick. */
    public void beginsWithNewest() {
        beginsWithNewest = true;
    }

    /** What is below {@code next} is not to be expected any more: the server said where the subscriber stands. */
    public void begin(long next) {
        begin(next - 1, 0);
        corrupt = 0;
    }

    /** A good message arrived: number {@code seq}, made at {@code ts} (epoch milliseconds). Faults are added to {@code tally}. */
    public void accept(long seq, long ts, Tally tally) {
        if (highest < 0) {
            begin(seq, ts);
        } else if (resumed) {
            afterReconnect(seq, ts, tally);
        } else if (seq == highest + 1) {
            highest = seq;
            highestTs = ts;
            arrived = arrived << 1 | 1;
        } else if (seq > highest) {
            gap(seq, ts, tally);
        } else {
            late(seq, tally);
        }
        corrupt = 0;
    }

    private void begin(long seq, long ts) {
        first = seq;
        highest = seq;
        highestTs = ts;
        arrived = 1;
    }

    private void afterReconnect(long seq, long ts, Tally tally) {
        resumed = false;
        boolean mayRepeat = beginsWithNewest;
        beginsWithNewest = false;
        if (seq > highest) {
            tally.add(Counter.MISSED, seq - highest - 1);
            begin(seq, ts);
        } else if (later(seq, ts) || (mayRepeat && ts + SAME_MOMENT_MILLIS >= highestTs)) {
            begin(seq, ts);
        } else {
            late(seq, tally);
        }
    }

    private void gap(long seq, long ts, Tally tally) {
        long step = seq - highest;
        long standIns = Math.min(step - 1, corrupt);
        tally.add(Counter.LOST, step - 1 - standIns);
        arrived = step >= WINDOW ? 1 : arrived << step | 1;
        for (long back = step - 1; back >= step - standIns; back--) {
            if (back < WINDOW) {
                arrived |= 1L << back;
            }
        }
        highest = seq;
        highestTs = ts;
    }

    private void late(long seq, Tally tally) {
        long back = highest - seq;
        if (back >= WINDOW) {
            tally.add(Counter.OUT_OF_ORDER, 1);
            return;
        }
        long bit = 1L << back;
        if ((arrived & bit) != 0) {
            tally.add(Counter.DUPLICATED, 1);
            return;
        }
        arrived |= bit;
        tally.add(Counter.OUT_OF_ORDER, 1);
        if (seq > first) {
            tally.add(Counter.LOST, -1);
        }
    }
}
