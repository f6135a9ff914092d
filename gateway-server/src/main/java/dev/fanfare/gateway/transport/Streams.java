package dev.fanfare.gateway.transport;

import dev.fanfare.gateway.hub.HubConfig;
import dev.fanfare.gateway.hub.StreamProtocol;
import dev.fanfare.gateway.metrics.StreamKind;
import dev.fanfare.gateway.wire.SharedFrame;
import dev.fanfare.gateway.wire.SseWire;
import dev.fanfare.gateway.wire.WebSocketWire;
import dev.fanfare.gateway.wire.WireFormat;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The stream protocols the gateway speaks, each with its heartbeat and its goodbye.
 *
 * @param sseChunked for HTTP/1.1
 * @param ssePlain for HTTP/1.0
 * @param webSocket RFC 6455
 */
record Streams(StreamProtocol sseChunked, StreamProtocol ssePlain, StreamProtocol webSocket) {
    static Streams of(HubConfig hub, Duration reconnectSpread) {
        byte[] beat = SseWire.comment("heartbeat");
        int beatSeconds = (int) hub.sseHeartbeat().toSeconds();
        long spread = reconnectSpread.toMillis();
        return new Streams(
                new StreamProtocol(
                        StreamKind.SSE,
                        WireFormat.SSE_CHUNKED,
                        SharedFrame.of(SseWire.chunk(beat)),
                        beatSeconds,
                        false,
                        () -> ended(SseWire.chunk(comeBack(spread)))),
                new StreamProtocol(
                        StreamKind.SSE,
                        WireFormat.SSE_PLAIN,
                        SharedFrame.of(beat),
                        beatSeconds,
                        false,
                        () -> comeBack(spread)),
                new StreamProtocol(
                        StreamKind.WEBSOCKET,
                        WireFormat.WEBSOCKET_TEXT,
                        SharedFrame.of(WebSocketWire.ping()),
                        (int) hub.pingInterval().toSeconds(),
                        true,
                        () -> WebSocketWire.close(
                                WebSocketCloseStatus.ENDPOINT_UNAVAILABLE.code(), "gateway is restarting")));
    }

    /** Lets go of the frames; only when no event loop runs any more. */
    void release() {
        sseChunked.heartbeat().release();
        ssePlain.heartbeat().release();
        webSocket.heartbeat().release();
    }

    private static byte[] comeBack(long spreadMillis) {
        return SseWire.retry(ThreadLocalRandom.current().nextLong(spreadMillis));
    }

    private static byte[] ended(byte[] chunk) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(chunk);
        bytes.writeBytes(SseWire.lastChunk());
        return bytes.toByteArray();
    }
}
