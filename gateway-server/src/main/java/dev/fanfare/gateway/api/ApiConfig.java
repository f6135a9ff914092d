package dev.fanfare.gateway.api;

import dev.fanfare.gateway.config.Range;
import dev.fanfare.gateway.config.Settings;

/**
 * Who may use the API, and how much.
 *
 * @param key callers must send; empty: only callers on this machine are served
 * @param publishRate publications per second; 0 for no limit
 * @param maxBatch requests in one call
 */
public record ApiConfig(String key, int publishRate, int maxBatch) {
    public static ApiConfig from(Settings in) {
        return new ApiConfig(
                in.secret("api.key", "key that callers send; without one the API serves programs on this machine only"),
                in.number("api.publish-rate", 0, new Range<>(0, 10_000_000), "publications per second; 0 for no limit"),
                in.number("api.max-batch", 10_000, new Range<>(1, 1_000_000), "publications in one call"));
    }

    @Override
    public String toString() {
        return "ApiConfig[key=" + (key.isEmpty() ? "none" : "***") + ", publishRate=" + publishRate + "]";
    }
}
