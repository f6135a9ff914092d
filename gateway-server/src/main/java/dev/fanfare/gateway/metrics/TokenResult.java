package dev.fanfare.gateway.metrics;

import java.util.Locale;

/** What became of a token that was presented; the values of the label {@code result}. */
public enum TokenResult {
    ACCEPTED,
    /** No token: too long, no JWT, an algorithm that is not known. */
    MALFORMED,
    /** No key has signed it. */
    SIGNATURE,
    /** A claim is not as it must be. */
    CLAIM,
    EXPIRED,
    REVOKED,
    /** The keys of its issuer cannot be had, or too many wait for them. */
    UNAVAILABLE;

    /** As it stands in metrics. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
