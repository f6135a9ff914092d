package dev.fanfare.gateway.metrics;

import java.util.Locale;

/** Why a compressed message of a client was not taken; the values of the label {@code reason}. */
public enum InflateProblem {
    /** It became longer than a message may be. */
    SIZE,
    /** It grew by a larger factor than is allowed. */
    RATIO,
    /** It is not what deflate makes. */
    CORRUPT;

    /** As it stands in metrics. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
