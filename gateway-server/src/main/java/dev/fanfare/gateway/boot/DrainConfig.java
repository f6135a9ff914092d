package dev.fanfare.gateway.boot;

import dev.fanfare.gateway.config.Range;
import dev.fanfare.gateway.config.Settings;
import java.time.Duration;

/**
 * How the gateway leaves.
 *
 * @param notice readiness says no for this long before the listener closes
 * @param timeout all connections are closed within this time
 * @param rate connections closed per second, unless the timeout needs more
 */
record DrainConfig(Duration notice, Duration timeout, int rate) {
    /** What is left behind schedule goes within this time. */
    private static final double LEAST_SECONDS = 0.2;

    /** Closing the event loops after the drain, and a margin. */
    private static final Duration CLOSING = Duration.ofSeconds(10);

    static DrainConfig from(Settings in) {
        return new DrainConfig(
                in.duration(
                        "drain.notice",
                        "0s",
                        Range.of("0s", "10m"),
                        "after SIGTERM, time in which /health/ready says 503 while connections are still accepted, for load balancers"),
                in.duration(
                        "drain.timeout",
                        "30s",
                        Range.of("1s", "1h"),
                        "after that, all connections are closed within this time"),
                in.number(
                        "drain.rate",
                        1000,
                        Range.of(1, 10_000_000),
                        "connections closed per second; more if drain.timeout would not suffice"));
    }

    /** The time after which the process has ended if nothing is wrong with it. */
    Duration longest() {
        return notice.plus(timeout).plus(CLOSING);
    }

    /** Connections per second so that {@code connections} end within four fifths of the timeout, of which {@code elapsed} is over. */
    double rateFor(int connections, Duration elapsed) {
        double seconds = timeout.toMillis() / 1e3 * 0.8 - elapsed.toMillis() / 1e3;
        return Math.max(rate, connections / Math.max(LEAST_SECONDS, seconds));
    }
}
