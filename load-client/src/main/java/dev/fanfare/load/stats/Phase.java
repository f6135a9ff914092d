package dev.fanfare.load.stats;

/** Which part of a run a moment belongs to. */
public enum Phase {
    /** Connections are being opened. */
    RAMP,
    /** The measured window: the ramp is over, the duration runs. */
    MEASURE,
    /** Publishing is over; subscribers get what is still on its way, or missing. */
    SETTLE,
    /** The window is over, connections are being closed. */
    CLOSE
}
