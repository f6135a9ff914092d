package dev.fanfare.load.connect;

/**
 * A fixed rate against the clock: how many connections should have been started by now. Being late is made up for, so the mean
 * rate holds. Immutable.
 *
 * @param perSecond connections per second
 * @param count connections in all
 */
public record Ramp(double perSecond, int count) {
    /** Connections due {@code elapsedNanos} after the start; the first is due at once. */
    public int due(long elapsedNanos) {
        return (int) Math.min(count, Math.floor(elapsedNanos * perSecond / 1e9) + 1);
    }
}
