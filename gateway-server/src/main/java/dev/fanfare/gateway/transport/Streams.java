package dev.fanfare.gateway.transport;

import dev.fanfare.gateway.hub.FrameWriter;
import dev.fanfare.gateway.hub.HubConfig;
import dev.fanfare.gateway.hub.QueuedWriter;
import dev.fanfare.gateway.hub.StreamProtocol;
import dev.fanfare.gateway.metrics.StreamKind;
import dev.fanfare.gateway.wire.SharedFrame;
import dev.fanfare.gateway.wire.SseWire;
import dev.fanfare.gateway.wire.WebSocketWire;
import dev.fanfare.gateway.wire.WireFormat;
import io.netty.channel.Channel;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.ssl.SslHandler;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BiFunction;

/**
 * The stream protocols the gateway speaks, each with its heartbeat and its goodbye; each with and without an envelope
 * around its messages, and each for bare TCP connections, for those in TLS, and for streams of HTTP/2.
 */
final class Streams {
    private final SharedFrame chunkedBeat = SharedFrame.of(SseWire.chunk(SseWire.comment("heartbeat")));
    private final SharedFrame plainBeat = SharedFrame.of(SseWire.comment("heartbeat"));
    private final SharedFrame ping = SharedFrame.of(WebSocketWire.ping());
    private final List<StreamProtocol> sseChunked;
    private final List<StreamProtocol> ssePlain;
    private final List<StreamProtocol> webSocket;

    /** {@code bare} is the fastest way to send over a TCP connection with nothing between. */
    Streams(HubConfig hub, Duration reconnectSpread, FrameWriter bare) {
        long spread = reconnectSpread.toMillis();
        int beatSeconds = (int) hub.sseHeartbeat().toSeconds();
        sseChunked = variants(
                bare,
                (writer, envelope) -> new StreamProtocol(
                        writer,
                        StreamKind.SSE,
                        WireFormat.SSE_CHUNKED,
                        envelope,
                        new StreamProtocol.Heartbeat(chunkedBeat, beatSeconds, false),
                        () -> ended(SseWire.chunk(comeBack(spread)))));
        ssePlain = variants(
                bare,
                (writer, envelope) -> new StreamProtocol(
                        writer,
                        StreamKind.SSE,
                        WireFormat.SSE_PLAIN,
                        envelope,
                        new StreamProtocol.Heartbeat(plainBeat, beatSeconds, false),
                        () -> comeBack(spread)));
        webSocket = variants(
                bare,
                (writer, envelope) -> new StreamProtocol(
                        writer,
                        StreamKind.WEBSOCKET,
                        WireFormat.WEBSOCKET_TEXT,
                        envelope,
                        new StreamProtocol.Heartbeat(
                                ping, (int) hub.pingInterval().toSeconds(), true),
                        () -> WebSocketWire.close(
                                WebSocketCloseStatus.ENDPOINT_UNAVAILABLE.code(), "gateway is restarting")));
    }

    /** SSE over {@code channel}, with or without {@code chunks}. */
    StreamProtocol sse(Channel channel, boolean chunks, boolean envelope) {
        return (chunks ? sseChunked : ssePlain).get(variant(channel, envelope));
    }

    /** RFC 6455 over {@code channel}. */
    StreamProtocol webSocket(Channel channel, boolean envelope) {
        return webSocket.get(variant(channel, envelope));
    }

    /** Lets go of the frames; only when no event loop runs any more. */
    void release() {
        chunkedBeat.release();
        plainBeat.release();
        ping.release();
    }

    private static int variant(Channel channel, boolean envelope) {
        boolean bare = channel instanceof SocketChannel && channel.pipeline().get(SslHandler.class) == null;
        return (bare ? 0 : channel instanceof Http2StreamChannel ? 4 : 2) + (envelope ? 1 : 0);
    }

    private static List<StreamProtocol> variants(
            FrameWriter bare, BiFunction<FrameWriter, Boolean, StreamProtocol> maker) {
        FrameWriter layered = new QueuedWriter();
        FrameWriter http2 = new Http2Writer();
        return List.of(
                maker.apply(bare, false),
                maker.apply(bare, true),
                maker.apply(layered, false),
                maker.apply(layered, true),
                maker.apply(http2, false),
                maker.apply(http2, true));
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
