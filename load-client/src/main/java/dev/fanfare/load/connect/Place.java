package dev.fanfare.load.connect;

import dev.fanfare.load.stats.Tally;
import dev.fanfare.load.wire.Content;
import dev.fanfare.load.wire.Cursor;
import org.jspecify.annotations.Nullable;

/** Where one subscriber stands in one channel, and whether what it got there is right. Its event loop only. */
abstract class Place {
    /** Its epoch; null while the position is not known. */
    @Nullable
    String epoch;

    /** Whether it was told that something is missing. */
    boolean told;

    /** Whether anything was wrong. */
    boolean faulty;

    /** Whether it has got something, or a gap, that is younger than the stream. */
    boolean live;

    /** Must begin with the first publication of the run: nothing was published before it subscribed. */
    abstract void arm();

    /** A publication with good content arrived. */
    abstract void publication(long offset, String inEpoch, Content content, Tally tally);

    /** A publication arrived that somebody else made. */
    abstract void foreign(long offset, String inEpoch, Tally tally);

    /** A publication arrived whose content is broken. */
    abstract void corrupt();

    /** Everything up to {@code offset} that has not arrived is missing for good, and the client was told. */
    abstract void gap(long offset, String inEpoch, Tally tally);

    /** Something is missing, and nobody says what: the next publication is taken as it comes. */
    abstract void gap();

    /** The position as a cursor says it; null if it is not known. */
    abstract Cursor.@Nullable Position position();

    /** Nothing has arrived yet, but the server said where the subscriber stands. */
    abstract void standsAt(Cursor.Position position);

    /** It comes back without a position, so nothing is promised about what it missed. */
    abstract void unpositioned();

    /** How many publications up to {@code channel}'s end are missing silently; an end that is not known counts 0. */
    abstract long missing(Ends ends, int channel);
}
