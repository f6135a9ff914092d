package dev.fanfare.gateway.transport;

import dev.fanfare.gateway.address.Networks;
import dev.fanfare.gateway.config.Range;
import dev.fanfare.gateway.config.Settings;

/**
 * How many connections the gateway takes on. One beyond may ask for health or metrics, but does not become a stream.
 *
 * @param maxConnections open connections; 0 for what the open-file limit allows
 * @param maxPerAddress open connections of one client address; 0 for no limit
 * @param openRate connections opened per second; 0 for no limit
 * @param openRatePerAddress of one client address; 0 for no limit
 * @param exempt addresses that may have any number, as fast as they like
 * @param maxMemoryPercent of the heap that survives collection, or of direct memory, above which nobody is taken on
 */
public record LimitsConfig(
        int maxConnections,
        int maxPerAddress,
        int openRate,
        int openRatePerAddress,
        Networks exempt,
        int maxMemoryPercent) {
    /** Descriptors kept for files and for connections that are only told that there is no room. */
    static final int RESERVED_FILES = 100;

    private static final Range<Integer> COUNT = Range.of(0, 10_000_000);

    public static LimitsConfig from(Settings in) {
        return new LimitsConfig(
                in.number(
                        "limits.max-connections",
                        0,
                        COUNT,
                        "open connections; a stream beyond is answered 503 with Retry-After; 0 means what the open-file limit allows, less "
                                + RESERVED_FILES),
                in.number(
                        "limits.max-connections-per-address",
                        1000,
                        COUNT,
                        "open connections of one client address (of an IPv6 address: of its /64), and its streams over HTTP/2 and through trusted proxies; 0 means no limit"),
                in.number(
                        "limits.open-rate",
                        0,
                        COUNT,
                        "connections opened per second, in bursts of at most one second's worth; 0 means no limit"),
                in.number(
                        "limits.open-rate-per-address",
                        200,
                        COUNT,
                        "the same for each client address by itself, counted as above; 0 means no limit"),
                in.parsed(
                        "limits.exempt-addresses",
                        "loopback, private",
                        Networks.ALLOWED,
                        Networks::parse,
                        "client addresses without a limit of their own: by default what does not come from the internet, where load balancers and whole offices share one"),
                in.number(
                        "limits.max-memory-percent",
                        90,
                        Range.of(1, 100),
                        "no stream is taken on while more than this share of heap (after collection) or direct memory is in use"));
    }

    /** For so many connections and no other limit, at an address where only few may come. */
    LimitsConfig forFew(int connections) {
        return new LimitsConfig(connections, 0, 0, 0, exempt, maxMemoryPercent);
    }

    /** The limit in force, given how many files the process may open. */
    public int connections(long openFiles) {
        return maxConnections > 0
                ? maxConnections
                : (int) Math.max(1, Math.min(Integer.MAX_VALUE, openFiles - RESERVED_FILES));
    }
}
