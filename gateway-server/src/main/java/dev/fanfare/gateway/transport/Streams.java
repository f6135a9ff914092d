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
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;

/**
 * The stream protocols the gateway speaks, each with its heartbeat and its goodbye, and each with and without an envelope
 * around its messages.
 */
final class Streams {
    private final SharedFrame chunkedBeat = SharedFrame.of(SseWire.chunk(SseWire.comment("heartbeat")));
    private final SharedFrame plainBeat = SharedFrame.of(SseWire.comment("heartbeat"));
    private final SharedFrame ping = SharedFrame.of(WebSocketWire.ping());
    private final List<StreamProtocol> sseChunked;
    private final List<StreamProtocol> ssePlain;
    private final List<StreamProtocol> webSocket;

    Streams(HubConfig hub, Duration reconnectSpread) {
        long spread = reconnectSpread.toMillis();
        int beatSeconds = (int) hub.sseHeartbeat().toSeconds();
        sseChunked = both(envelope -> new StreamProtocol(
                StreamKind.SSE,
                WireFormat.SSE_CHUNKED,
                envelope,
                new StreamProtocol.Heartbeat(chunkedBeat, beatSeconds, false),
                () -> ended(SseWire.chunk(comeBack(spread)))));
        ssePlain = both(envelope -> new StreamProtocol(
                StreamKind.SSE,
                WireFormat.SSE_PLAIN,
                envelope,
                new StreamProtocol.Heartbeat(plainBeat, beatSeconds, false),
                () -> comeBack(spread)));
        webSocket = both(envelope -> new StreamProtocol(
                StreamKind.WEBSOCKET,
                WireFormat.WEBSOCKET_TEXT,
                envelope,
                new StreamProtocol.Heartbeat(ping, (int) hub.pingInterval().toSeconds(), true),
                () -> WebSocketWire.close(WebSocketCloseStatus.ENDPOINT_UNAVAILABLE.code(), "gateway is restarting")));
    }

    /** SSE; without chunks for HTTP/1.0. */
    StreamProtocol sse(boolean http10, boolean envelope) {
        return (http10 ? ssePlain : sseChunked).get(envelope ? 1 : 0);
    }

    /** RFC 6455. */
    StreamProtocol webSocket(boolean envelope) {
        return webSocket.get(envelope ? 1 : 0);
    }

    /** Lets go of the frames; only when no event loop runs any more. */
    void release() {
        chunkedBeat.release();
        plainBeat.release();
        ping.release();
    }

    private static List<StreamProtocol> both(Function<Boolean, StreamProtocol> maker) {
        return List.of(maker.apply(false), maker.apply(true));
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
