package dev.fanfare.gateway.transport;

import dev.fanfare.gateway.config.Range;
import dev.fanfare.gateway.config.Settings;
import dev.fanfare.gateway.wire.CompressionConfig;
import java.time.Duration;

/**
 * What a client may send and how long it may take.
 *
 * @param requestTimeout from the connection, or the first byte after an idle time, to the end of a request and of its reply
 * @param keepAliveTimeout idle time between two requests
 * @param maxRequestLine bytes
 * @param maxHeaders bytes of all header fields together
 * @param maxBody bytes of one body
 * @param maxBodies bytes of all bodies that are held at once
 * @param maxFrame bytes of one WebSocket message from a client
 * @param client how much one client may say
 * @param retry how long an EventSource waits before it reconnects
 * @param reconnectSpread at shutdown every client is told to wait a random time up to this
 * @param compression of streams and of what clients send
 * @param http2 what belongs to HTTP/2 alone
 */
public record HttpConfig(
        Duration requestTimeout,
        Duration keepAliveTimeout,
        int maxRequestLine,
        int maxHeaders,
        int maxBody,
        int maxBodies,
        int maxFrame,
        ClientBounds client,
        Duration retry,
        Duration reconnectSpread,
        CompressionConfig compression,
        Http2Config http2) {
    private static final Range<String> TIMEOUTS = Range.of("1s", "1h");

    public static HttpConfig from(Settings in) {
        HttpConfig config = read(in);
        if (config.maxBody > config.maxBodies) {
            in.reject("http.max-body (%d bytes) must not be above http.max-bodies (%d bytes)"
                    .formatted(config.maxBody, config.maxBodies));
        }
        return config;
    }

    private static HttpConfig read(Settings in) {
        return new HttpConfig(
                in.duration(
                        "http.request-timeout",
                        "10s",
                        TIMEOUTS,
                        "a client that has not sent a complete request by then is answered 408 and closed"),
                in.duration("http.keep-alive-timeout", "60s", TIMEOUTS, "idle time between two requests"),
                in.bytes("http.max-request-line", "4KiB", Range.of("256B", "1MiB"), "a longer one is answered 414"),
                in.bytes(
                        "http.max-headers",
                        "16KiB",
                        Range.of("512B", "1MiB"),
                        "all header fields together; more is answered 431"),
                in.bytes(
                        "http.max-body",
                        "1MiB",
                        Range.of("0B", "64MiB"),
                        "of a request to the API; a longer one is answered 413, elsewhere one of more than 4 KiB"),
                in.bytes(
                        "http.max-bodies",
                        "64MiB",
                        Range.of("64KiB", "1GiB"),
                        "of all requests that have come and are not answered yet; what would exceed it is answered 503 with Retry-After; a body of 4 KiB or less does not count"),
                in.bytes(
                        "websocket.max-message",
                        "64KiB",
                        Range.of("125B", "16MiB"),
                        "a longer message from a client closes its connection with 1009"),
                ClientBounds.from(in),
                in.duration(
                        "sse.retry",
                        "3s",
                        Range.of("0s", "1h"),
                        "what an EventSource is told to wait before it reconnects"),
                in.duration(
                        "drain.reconnect-spread",
                        "10s",
                        Range.of("1s", "1h"),
                        "at shutdown every SSE client is told to wait a random time up to this"),
                CompressionConfig.from(in),
                Http2Config.from(in));
    }
}
