package dev.fanfare.gateway.transport;

import dev.fanfare.gateway.hub.FrameWriter;
import dev.fanfare.gateway.hub.HubConfig;
import dev.fanfare.gateway.hub.QueuedWriter;
import dev.fanfare.gateway.hub.StreamProtocol;
import dev.fanfare.gateway.metrics.CloseReason;
import dev.fanfare.gateway.metrics.StreamKind;
import dev.fanfare.gateway.wire.Compressor;
import dev.fanfare.gateway.wire.Compressors;
import dev.fanfare.gateway.wire.ContentCoding;
import dev.fanfare.gateway.wire.PermessageDeflate;
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
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The stream protocols the gateway speaks, each with its heartbeat and its goodbye; each with and without an envelope
 * around its messages, and each for bare TCP connections, for those in TLS, and for streams of HTTP/2.
 */
final class Streams {
    private final List<SharedFrame> beats = new ArrayList<>();
    private final Map<WireFormat, List<StreamProtocol>> sse = new EnumMap<>(WireFormat.class);
    private final List<StreamProtocol> webSocket;
    /** By the bits of the window a client has, up to {@link PermessageDeflate#MAX_WINDOW_BITS}. */
    private final List<List<StreamProtocol>> deflated = new ArrayList<>();

    /** {@code bare} is the fastest way to send over a TCP connection with nothing between. */
    Streams(HubConfig hub, Duration reconnectSpread, FrameWriter bare, Compressors compressors) {
        List<FrameWriter> writers = List.of(bare, new QueuedWriter(), new Http2Writer());
        for (ContentCoding coding : ContentCoding.values()) {
            for (WireFormat format : List.of(WireFormat.sse(coding, true), WireFormat.sse(coding, false))) {
                StreamProtocol.Heartbeat beat = new StreamProtocol.Heartbeat(
                        kept(format.frame(SseWire.comment("heartbeat"))),
                        (int) hub.sseHeartbeat().toSeconds(),
                        false);
                Compressor compressor = compressors.sse(format);
                sse.put(
                        format,
                        variants(
                                writers,
                                (writer, envelope) -> new StreamProtocol(
                                        writer,
                                        StreamKind.SSE,
                                        format,
                                        envelope,
                                        beat,
                                        why -> ended(format, reconnectSpread.toMillis()),
                                        compressor)));
            }
        }
        StreamProtocol.Heartbeat ping = new StreamProtocol.Heartbeat(
                kept(WebSocketWire.ping()), (int) hub.pingInterval().toSeconds(), true);
        webSocket = variants(writers, (writer, envelope) -> webSocket(writer, envelope, ping, null));
        for (int bits = 0; bits <= PermessageDeflate.MAX_WINDOW_BITS; bits++) {
            Compressor compressor = compressors.webSocket(bits);
            deflated.add(variants(writers, (writer, envelope) -> webSocket(writer, envelope, ping, compressor)));
        }
    }

    /** SSE over {@code channel} in one of its formats. */
    StreamProtocol sse(Channel channel, WireFormat format, boolean envelope) {
        return Objects.requireNonNull(sse.get(format)).get(variant(channel, envelope));
    }

    /** RFC 6455 over {@code channel}; RFC 7692 with it if agreed on. */
    StreamProtocol webSocket(Channel channel, @Nullable PermessageDeflate deflate, boolean envelope) {
        return (deflate == null ? webSocket : deflated.get(deflate.windowBits())).get(variant(channel, envelope));
    }

    /** Lets go of the frames; only when no event loop runs any more. */
    void release() {
        beats.forEach(SharedFrame::release);
    }

    private SharedFrame kept(byte[] bytes) {
        SharedFrame frame = SharedFrame.of(bytes);
        beats.add(frame);
        return frame;
    }

    private static StreamProtocol webSocket(
            FrameWriter writer, boolean envelope, StreamProtocol.Heartbeat ping, @Nullable Compressor compressor) {
        return new StreamProtocol(
                writer,
                StreamKind.WEBSOCKET,
                compressor == null ? WireFormat.WEBSOCKET_TEXT : WireFormat.WEBSOCKET_DEFLATED,
                envelope,
                ping,
                Streams::close,
                compressor);
    }

    private static int variant(Channel channel, boolean envelope) {
        boolean bare = channel instanceof SocketChannel && channel.pipeline().get(SslHandler.class) == null;
        return (bare ? 0 : channel instanceof Http2StreamChannel ? 4 : 2) + (envelope ? 1 : 0);
    }

    private static List<StreamProtocol> variants(
            List<FrameWriter> writers, BiFunction<FrameWriter, Boolean, StreamProtocol> maker) {
        return writers.stream()
                .flatMap(writer -> Stream.of(maker.apply(writer, false), maker.apply(writer, true)))
                .toList();
    }

    /** Codes above 3000 are those of Centrifugo: with 3005 a client comes back with a new token, with 3500 it stays away. */
    private static byte[] close(CloseReason why) {
        return switch (why) {
            case EXPIRED -> WebSocketWire.close(3005, "token expired");
            case REVOKED -> WebSocketWire.close(3500, "token revoked");
            case DISCONNECTED -> WebSocketWire.close(WebSocketCloseStatus.ENDPOINT_UNAVAILABLE.code(), "disconnected");
            default -> WebSocketWire.close(WebSocketCloseStatus.ENDPOINT_UNAVAILABLE.code(), "gateway is restarting");
        };
    }

    /** The last bytes of a stream: when to come back. */
    private static byte[] ended(WireFormat format, long spreadMillis) {
        byte[] retry = SseWire.retry(ThreadLocalRandom.current().nextLong(spreadMillis));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(format.frame(retry));
        if (format.isChunked()) {
            bytes.writeBytes(SseWire.lastChunk());
        }
        return bytes.toByteArray();
    }
}
