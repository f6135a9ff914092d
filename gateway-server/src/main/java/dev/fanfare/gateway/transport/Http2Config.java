package dev.fanfare.gateway.transport;

import dev.fanfare.gateway.config.Range;
import dev.fanfare.gateway.config.Settings;

/**
 * What an HTTP/2 client may do with its connection.
 *
 * @param maxStreamsPerConnection streams that are open at once on one connection
 * @param maxStreams streams that are open at once on all connections; 0 for what the heap allows
 * @param maxAnswers bytes of answers that wait on all connections together
 * @param maxControlFrames frames a second that carry neither a request nor its body
 * @param maxResets streams that may be reset in {@link #RESET_SECONDS}, by the client or because of it
 */
public record Http2Config(
        int maxStreamsPerConnection, int maxStreams, int maxAnswers, int maxControlFrames, int maxResets) {
    /** The period over which resets are counted. */
    static final int RESET_SECONDS = 30;

    /** Heap that a stream needs, about, with room for what it does: docs/http2.md. */
    private static final int HEAP_PER_STREAM = 4096;

    static Http2Config from(Settings in) {
        return new Http2Config(
                in.number(
                        "http2.max-streams-per-connection",
                        250,
                        Range.of(1, 100_000),
                        "streams open at once on one connection; one beyond is refused with REFUSED_STREAM"),
                in.number(
                        "http2.max-streams",
                        0,
                        Range.of(0, 10_000_000),
                        "streams open at once on all connections; an event stream or WebSocket beyond is answered 503 with Retry-After; 0 means one for every 4 KiB of heap"),
                in.bytes(
                        "http2.max-answers",
                        "64MiB",
                        Range.of("64KiB", "1GiB"),
                        "of all answers that wait for windows or sockets, beside event streams and WebSockets; one beyond, while another of its connection waits, is reset with ENHANCE_YOUR_CALM"),
                in.number(
                        "http2.max-control-frames",
                        1000,
                        Range.of(10, 1_000_000),
                        "PING, SETTINGS, PRIORITY, RST_STREAM, empty and unknown frames that a connection may send in a second, and WINDOW_UPDATE frames beyond two for each frame it was sent; one that sends more is closed with ENHANCE_YOUR_CALM"),
                in.number(
                        "http2.max-resets",
                        1000,
                        Range.of(10, 1_000_000),
                        "streams of a connection that the client resets, or makes the gateway reset, in "
                                + RESET_SECONDS + " seconds; one with more is closed with ENHANCE_YOUR_CALM"));
    }

    /** The limit in force for all connections together, given how large the heap may become. */
    int streams(long maxHeap) {
        return maxStreams > 0 ? maxStreams : (int) Math.max(1, Math.min(Integer.MAX_VALUE, maxHeap / HEAP_PER_STREAM));
    }
}
