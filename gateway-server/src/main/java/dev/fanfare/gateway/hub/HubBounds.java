package dev.fanfare.gateway.hub;

import dev.fanfare.gateway.config.Range;
import dev.fanfare.gateway.config.Settings;

/**
 * How much channels and their subscribers may make the gateway hold.
 *
 * @param queued publications that may wait for one event loop
 * @param queuedBytes of their data
 * @param channels with subscribers on this node
 * @param patterns different ones of each event loop, all loops together
 * @param subscriptions of all connections together
 * @param crowd subscribers a channel may have on one event loop for comings and goings to be told: each is told to all
 * @param perUser connections of one user; 0 for no limit
 */
public record HubBounds(
        int queued, int queuedBytes, int channels, int patterns, int subscriptions, int crowd, int perUser) {
    static HubBounds from(Settings in) {
        return new HubBounds(
                in.number(
                        "channels.max-queued",
                        100_000,
                        new Range<>(100, 10_000_000),
                        "publications that may wait for one event loop; beyond it publishing is refused"),
                in.bytes(
                        "channels.max-queued-bytes",
                        "64MiB",
                        Range.of("1MiB", "1GiB"),
                        "data that may wait for one event loop; beyond it publishing is refused"),
                in.number(
                        "channels.max-channels",
                        500_000,
                        new Range<>(1, 100_000_000),
                        "channels that may have subscribers here; beyond it a stream for a new one is refused"),
                in.number(
                        "channels.max-patterns",
                        1_000,
                        new Range<>(1, 100_000),
                        "different patterns of each event loop, all together; each new publication is compared with those of its namespace"),
                in.number(
                        "channels.max-subscriptions",
                        2_000_000,
                        new Range<>(1, 100_000_000),
                        "subscriptions of all connections together; beyond it streams are refused"),
                in.number(
                        "channels.join-leave-crowd",
                        1_000,
                        new Range<>(1, 1_000_000),
                        "subscribers of a channel on one event loop beyond whom nobody is told who comes and goes"),
                in.number(
                        "limits.max-connections-per-user",
                        0,
                        new Range<>(0, 1_000_000),
                        "open streams of one user (sub of the token); 0 means no limit"));
    }
}
