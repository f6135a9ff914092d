package dev.fanfare.load.wire;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Judges payloads for all connections of one event loop to one server. A broadcast gives every connection the same bytes, so
 * each distinct payload is read in full once (UTF-8, JSON, {@code seq}, {@code ts}) and every further copy is compared with it
 * byte by byte: cheaper than parsing, and stronger, because a flipped digit that is still JSON is found too.
 *
 * <p>The first copy of a number is the measure of the others. The last {@value #REMEMBERED} numbers are remembered; a copy that
 * comes later than that is read in full but has nothing to be compared with. One event loop only.
 */
public final class SharedTicks {
    /** How many numbers back two copies are still compared. */
    static final int REMEMBERED = 16;

    /** What a payload is. */
    public enum Verdict {
        /** A tick; {@link #seq()} and {@link #ts()} are its own. */
        GOOD,
        /** Not UTF-8. */
        NOT_UTF8,
        /** Not a JSON object with an integer {@code seq} and {@code ts}. */
        MALFORMED,
        /** A tick whose bytes differ from those another connection got under the same number. */
        DIFFERENT
    }

    private static final class Known {
        private final byte[] bytes;
        private final long seq;
        private final long ts;

        private Known(byte[] bytes, long seq, long ts) {
            this.bytes = bytes;
            this.seq = seq;
            this.ts = ts;
        }

        private boolean matches(byte[] buffer, int offset, int end) {
            return Arrays.equals(bytes, 0, bytes.length, buffer, offset, end);
        }
    }

    private final TickParser parser = new TickParser();
    private final @Nullable Known[] ring = new Known[REMEMBERED];
    private final boolean compare;
    private int next;
    private @Nullable Known current;
    private long highest = -1;
    private long latest = -1;

    /**
     * @param compare whether copies of one number must be the same bytes; false when several servers with a clock each answer
     *     behind one address
     */
    public SharedTicks(boolean compare) {
        this.compare = compare;
    }

    /** Judges the bytes from {@code offset} up to {@code end}. */
    public Verdict check(byte[] buffer, int offset, int end) {
        Known known = current;
        if (known != null && known.matches(buffer, offset, end)) {
            return Verdict.GOOD;
        }
        for (Known candidate : ring) {
            if (candidate != null && candidate.matches(buffer, offset, end)) {
                current = candidate;
                return Verdict.GOOD;
            }
        }
        return learn(buffer, offset, end);
    }

    private Verdict learn(byte[] buffer, int offset, int end) {
        if (!Utf8.valid(buffer, offset, end)) {
            return Verdict.NOT_UTF8;
        }
        if (!parser.parse(buffer, offset, end)) {
            return Verdict.MALFORMED;
        }
        for (Known known : ring) {
            if (compare && known != null && known.seq == parser.seq()) {
                return Verdict.DIFFERENT;
            }
        }
        remember(new Known(Arrays.copyOfRange(buffer, offset, end), parser.seq(), parser.ts()));
        return Verdict.GOOD;
    }

    private void remember(Known known) {
        ring[next++ % REMEMBERED] = known;
        current = known;
        highest = Math.max(highest, known.seq);
        latest = Math.max(latest, known.ts);
    }

    /** Forgets every number. */
    public void forget() {
        Arrays.fill(ring, null);
        current = null;
        highest = -1;
        latest = -1;
    }

    /**
     * The payload last judged {@link Verdict#GOOD} belongs to a new series: a server that was restarted counts from 1 again. What
     * is known of the old one is forgotten, once, however many connections find out.
     */
    public void restart() {
        Known first = current;
        if (first != null && first.seq < highest && first.ts >= latest) {
            forget();
            remember(first);
        }
    }

    /** The number of the payload last judged {@link Verdict#DIFFERENT}. */
    public long refusedSeq() {
        return parser.seq();
    }

    /** When that tick was made, in epoch milliseconds. */
    public long refusedTs() {
        return parser.ts();
    }

    /** The number of the payload last judged {@link Verdict#GOOD}. */
    public long seq() {
        return current == null ? -1 : current.seq;
    }

    /** When that tick was made, in epoch milliseconds. */
    public long ts() {
        return current == null ? -1 : current.ts;
    }

    /** The highest number seen by any connection, -1 before the first. */
    public long highest() {
        return highest;
    }
}
