package dev.fanfare.load.scenario;

import dev.fanfare.load.connect.ConnectPlan;

/**
 * A run as asked for. Immutable; only plain values, so that it travels between processes as JSON.
 *
 * @param connect what to connect, and how
 * @param durationMillis the measured window, counted from the end of the ramp
 * @param loops event loops per process
 * @param processes worker processes, 0 to do it in this one
 */
public record LoadPlan(ConnectPlan connect, long durationMillis, int loops, int processes) {}
