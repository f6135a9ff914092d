package dev.fanfare.gateway.auth;

import dev.fanfare.gateway.config.Range;
import dev.fanfare.gateway.config.Settings;
import java.time.Duration;

/**
 * What every token must keep to, whoever made it.
 *
 * @param clockSkew how far the clocks of issuers may be off
 * @param requireExpiry whether a token must say when it expires
 * @param maxBytes of a token
 * @param maxLifetime from its issue to its expiry, and how long revocations are kept; zero for no limit
 * @param maxInfo bytes of the claim {@code info}, as JSON without spaces
 */
public record TokenTerms(Duration clockSkew, boolean requireExpiry, int maxBytes, Duration maxLifetime, int maxInfo) {

    static TokenTerms from(Settings in) {
        return new TokenTerms(
                in.duration(
                        "auth.clock-skew", "10s", Range.of("0s", "10m"), "how far the clocks of issuers may be off"),
                in.flag(
                        "auth.require-expiry",
                        true,
                        "whether a token must have exp; without it a token is good for ever"),
                in.bytes("auth.max-token", "8KiB", Range.of("256B", "64KiB"), "a longer token is refused"),
                in.duration(
                        "auth.max-token-lifetime",
                        "720h",
                        Range.of("0s", "87600h"),
                        "longest time from iat to exp; a revocation is kept as long; 0s for no limit, and revocations are never forgotten"),
                in.bytes(
                        "auth.max-info",
                        "1KiB",
                        Range.of("0B", "16KiB"),
                        "of the claim info, which is kept for each connection"));
    }

    /** Time after which no token of today can be valid; zero if there may be one. */
    Duration longestUse() {
        return maxLifetime.isZero() || !requireExpiry ? Duration.ZERO : maxLifetime.plus(clockSkew.multipliedBy(2));
    }
}
