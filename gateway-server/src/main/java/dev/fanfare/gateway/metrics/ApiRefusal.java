package dev.fanfare.gateway.metrics;

import java.util.Locale;

/** Why a call of the API was not carried out; the values of the label {@code reason}. */
public enum ApiRefusal {
    /** The key it carries is not one of those that are configured. */
    WRONG_KEY,
    /** So many wrong keys came from its address that none is looked at. */
    TOO_MANY_WRONG_KEYS,
    /** Its caller may not do that. */
    PERMISSION,
    /** Its caller publishes more than it may. */
    PUBLISH_RATE;

    /** As it stands in metrics. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
