package dev.fanfare.gateway.auth;

import dev.fanfare.gateway.config.Range;
import dev.fanfare.gateway.config.Settings;
import java.time.Duration;

/**
 * How keys are fetched.
 *
 * @param refresh time between two fetches
 * @param stale how long keys stay valid that cannot be fetched anew
 * @param cooldown least time between two fetches of one URL because of tokens whose key is not known
 * @param maxWaiting tokens that may wait for a fetch, or for a thread that checks them
 */
record JwksTerms(Duration refresh, Duration stale, Duration cooldown, int maxWaiting) {
    static JwksTerms from(Settings in) {
        Duration refresh = in.duration(
                "auth.jwks-refresh", "10m", Range.of("1s", "24h"), "time between two fetches of the keys of a URL");
        Duration stale = in.duration(
                "auth.jwks-stale",
                "24h",
                Range.of("1s", "720h"),
                "how long keys stay valid while their URL cannot be fetched");
        if (stale.compareTo(refresh) < 0) {
            in.reject("auth.jwks-stale (%d s) is shorter than auth.jwks-refresh (%d s)"
                    .formatted(stale.toSeconds(), refresh.toSeconds()));
        }
        return new JwksTerms(
                refresh,
                stale,
                in.duration(
                        "auth.jwks-cooldown",
                        "10s",
                        Range.of("100ms", "1h"),
                        "least time between two fetches of a URL because of tokens that name a key it has not"),
                in.number(
                        "auth.max-waiting",
                        10_000,
                        Range.of(1, 1_000_000),
                        "tokens that may wait for keys or for a thread that checks them; one more is answered 503"));
    }
}
