package dev.fanfare.load.connect;

import dev.fanfare.load.stats.Interval;

/**
 * What some event loops report at once.
 *
 * @param interval what happened since they were last asked
 * @param ramped whether every first try has succeeded or failed
 * @param settled how many first tries have
 */
public record Collected(Interval interval, boolean ramped, int settled) {}
