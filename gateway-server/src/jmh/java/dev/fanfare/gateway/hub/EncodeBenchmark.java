package dev.fanfare.gateway.hub;

import dev.fanfare.gateway.channel.Publication;
import dev.fanfare.gateway.channel.StreamPosition;
import dev.fanfare.gateway.metrics.StreamKind;
import dev.fanfare.gateway.wire.SharedFrame;
import dev.fanfare.gateway.wire.WebSocketWire;
import dev.fanfare.gateway.wire.WireFormat;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What a publication costs before the first connection: one tick as an SSE chunk and as a WebSocket frame. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class EncodeBenchmark {
    private final Publication tick = new Publication(
            "ticks",
            new StreamPosition(1_234_567, "k3Jd9a"),
            Publication.Content.ofJson(("{\"seq\":1234567,\"ts\":1763680000000,\"quotes\":["
                            + "{\"symbol\":\"005930\",\"price\":71200,\"change\":0.25,\"volume\":1234567},"
                            + "{\"symbol\":\"000660\",\"price\":198500,\"change\":-0.75,\"volume\":2345678},"
                            + "{\"symbol\":\"035420\",\"price\":187300,\"change\":1.10,\"volume\":345678}]}")
                    .getBytes(StandardCharsets.US_ASCII)),
            0);
    private final StreamProtocol.Heartbeat beat =
            new StreamProtocol.Heartbeat(SharedFrame.of(WebSocketWire.ping()), 25, true);
    private final StreamProtocol sse =
            new StreamProtocol(new QueuedWriter(), StreamKind.SSE, WireFormat.SSE_CHUNKED, false, beat, why -> new byte[0], null);
    private final StreamProtocol webSocket =
            new StreamProtocol(new QueuedWriter(), StreamKind.WEBSOCKET, WireFormat.WEBSOCKET_TEXT, false, beat, why -> new byte[0], null);

    @Benchmark
    public boolean sse() {
        return SharedFrame.of(Encoding.of(tick, sse, "k3Jd9a.iMU5")).release();
    }

    @Benchmark
    public boolean webSocket() {
        return SharedFrame.of(Encoding.of(tick, webSocket, null)).release();
    }
}
