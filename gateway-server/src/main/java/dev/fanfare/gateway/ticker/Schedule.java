package dev.fanfare.gateway.ticker;

/**
 * When ticks are due: at every whole multiple of the interval of the wall clock. The next time is computed from the clock,
 * never added up, so it cannot drift, and a late tick is not followed by a burst. Used by the ticker thread only.
 */
final class Schedule {
    private final long intervalMillis;
    private long due;

    Schedule(long intervalMillis, long nowMillis) {
        this.intervalMillis = intervalMillis;
        this.due = nextAfter(nowMillis);
    }

    /**
     * Milliseconds from {@code nowMillis} to the next tick; 0 when it is due, which it also is when the clock was set back
     * by more than an interval.
     */
    long left(long nowMillis) {
        long left = due - nowMillis;
        return left > intervalMillis ? 0 : Math.max(0, left);
    }

    /** A tick was made; returns how many others should have been made since the last one. */
    long advance(long nowMillis) {
        long next = nextAfter(nowMillis);
        long missed = Math.max(0, (next - due) / intervalMillis - 1);
        due = next;
        return missed;
    }

    private long nextAfter(long millis) {
        return (Math.floorDiv(millis, intervalMillis) + 1) * intervalMillis;
    }
}
