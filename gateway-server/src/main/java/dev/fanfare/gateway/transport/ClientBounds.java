package dev.fanfare.gateway.transport;

import dev.fanfare.gateway.config.Range;
import dev.fanfare.gateway.config.Settings;

/**
 * How much one client may say.
 *
 * @param headerCount header fields of a request
 * @param queryParameters of a request
 * @param frameRate WebSocket frames per second; 0 for no limit
 * @param byteRate bytes of WebSocket frames per second; 0 for no limit
 * @param sseBytes what an SSE client may send behind its request
 */
record ClientBounds(int headerCount, int queryParameters, int frameRate, int byteRate, int sseBytes) {
    static ClientBounds from(Settings in) {
        return new ClientBounds(
                in.number(
                        "http.max-header-count",
                        100,
                        Range.of(10, 10_000),
                        "header fields of a request; more is answered 431"),
                in.number(
                        "http.max-query-parameters",
                        100,
                        Range.of(1, 10_000),
                        "parameters in the query of a request; more is answered 400"),
                in.number(
                        "websocket.max-frame-rate",
                        100,
                        Range.of(0, 10_000_000),
                        "frames a client may send per second, pings and pongs among them, in bursts of at most one second's worth; more closes its connection with 1008; 0 for no limit"),
                in.bytes(
                        "websocket.max-byte-rate",
                        "256KiB",
                        Range.of("0B", "1GiB"),
                        "bytes a client may send per second, in bursts of about one second's worth; more closes its connection with 1008; 0B for no limit"),
                in.bytes(
                        "sse.max-client-bytes",
                        "4KiB",
                        Range.of("0B", "1MiB"),
                        "bytes an SSE client may send behind its request, for which there is no use; more closes its connection"));
    }
}
