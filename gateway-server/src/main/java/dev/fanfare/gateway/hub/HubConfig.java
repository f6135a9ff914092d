package dev.fanfare.gateway.hub;

import dev.fanfare.gateway.config.Range;
import dev.fanfare.gateway.config.Settings;
import java.time.Duration;

/**
 * How long and how much one connection may make the gateway wait.
 *
 * @param maxPending bytes that may wait for one connection's socket
 * @param maxPendingTotal bytes that may wait for all sockets together
 * @param bounds of channels and subscriptions
 * @param stallTimeout a connection whose socket takes nothing for this long is closed
 * @param sseHeartbeat between two comments on an SSE stream
 * @param pingInterval between two WebSocket pings
 * @param pongTimeout a WebSocket client that sends nothing for this long after a ping is closed
 * @param closeTimeout how long a client may take to answer a close frame
 */
public record HubConfig(
        int maxPending,
        int maxPendingTotal,
        HubBounds bounds,
        Duration stallTimeout,
        Duration sseHeartbeat,
        Duration pingInterval,
        Duration pongTimeout,
        Duration closeTimeout) {
    private static final Range<String> SECONDS = Range.of("1s", "1h");

    public static HubConfig from(Settings in) {
        return new HubConfig(
                in.bytes(
                        "slow-consumer.max-pending",
                        "64KiB",
                        Range.of("1KiB", "64MiB"),
                        "bytes that may wait for one connection's socket (drop, disconnect)"),
                in.bytes(
                        "slow-consumer.max-pending-total",
                        "256MiB",
                        Range.of("64KiB", "1GiB"),
                        "bytes that may wait for the sockets of all connections together; beyond it those are closed for which most waits"),
                HubBounds.from(in),
                in.duration(
                        "slow-consumer.stall-timeout",
                        "30s",
                        SECONDS,
                        "a connection whose socket takes none of its waiting bytes for this long is closed, whatever the policy"),
                in.duration("sse.heartbeat", "15s", SECONDS, "time between two comments on an SSE stream"),
                in.duration("websocket.ping-interval", "25s", SECONDS, "time between two pings to a WebSocket client"),
                in.duration(
                        "websocket.pong-timeout",
                        "60s",
                        SECONDS,
                        "a WebSocket client that sends nothing for this long after a ping is closed"),
                in.duration(
                        "websocket.close-timeout",
                        "5s",
                        SECONDS,
                        "a WebSocket client that does not answer a close frame by then is cut"));
    }

    int stallSeconds() {
        return (int) stallTimeout.toSeconds();
    }

    int pongSeconds() {
        return (int) pongTimeout.toSeconds();
    }

    int closeSeconds() {
        return (int) closeTimeout.toSeconds();
    }
}
