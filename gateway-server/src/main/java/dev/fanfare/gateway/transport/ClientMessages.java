package dev.fanfare.gateway.transport;

import dev.fanfare.gateway.metrics.GatewayMetrics;
import dev.fanfare.gateway.wire.Inflation;

/**
 * What WebSocket clients may send; one object for all of them. Immutable; event loop.
 *
 * @param longest bytes of a message, compressed or not
 * @param bounds how much a second
 * @param inflation for those that negotiated permessage-deflate
 * @param deflate whether anybody may
 * @param listener what becomes of messages
 * @param metrics counts what is refused
 */
record ClientMessages(
        int longest,
        ClientBounds bounds,
        Inflation inflation,
        boolean deflate,
        MessageListener listener,
        GatewayMetrics metrics) {
    static ClientMessages of(HttpConfig http, MessageListener listener, GatewayMetrics metrics) {
        Inflation inflation = new Inflation(http.maxFrame(), http.compression().maxRatio());
        return new ClientMessages(
                http.maxFrame(), http.client(), inflation, http.compression().webSocket(), listener, metrics);
    }
}
