package dev.fanfare.gateway.doctor;

import java.util.List;

/**
 * What one check found. Immutable.
 *
 * @param name what was looked at, at most 30 characters
 * @param actual what this host has
 * @param needed what the target needs; {@code -} where there is no such figure
 * @param status how bad that is
 * @param why what goes wrong otherwise, or what is good to know; may be empty when all is well
 * @param fix what to type or write where, one line each, to be copied as they are; empty when there is nothing to do
 */
record Finding(String name, String actual, String needed, Status status, String why, List<String> fix) {
    static final String NO_FIGURE = "-";

    /** The verdict of one check. */
    enum Status {
        /** Fits. */
        OK,
        /** Works, but worse than it could, or could not be found out although it matters. */
        WARN,
        /** The target cannot be reached like this. */
        FAIL,
        /** Good to know; not a check that can pass or fail. */
        INFO
    }

    Finding {
        fix = List.copyOf(fix);
    }

    static Finding ok(String name, String actual, String needed) {
        return new Finding(name, actual, needed, Status.OK, "", List.of());
    }

    static Finding info(String name, String actual, String why) {
        return new Finding(name, actual, NO_FIGURE, Status.INFO, why, List.of());
    }

    /** A value that matters and that this process may not or cannot read. */
    static Finding unreadable(String name, String needed, String file) {
        return new Finding(
                name,
                "cannot be read",
                needed,
                Status.WARN,
                file + " cannot be read; check the value by hand.",
                List.of());
    }

    /** This finding when {@code passes}, otherwise the same figures with a worse status. */
    Finding unless(boolean passes, Status otherwise, String why, List<String> fix) {
        return passes ? this : new Finding(name, actual, needed, otherwise, why, fix);
    }
}
