package dev.fanfare.gateway.hub;

import dev.fanfare.gateway.config.Settings;
import dev.fanfare.gateway.metrics.GatewayMetrics;
import dev.fanfare.gateway.metrics.StreamKind;
import dev.fanfare.gateway.wire.EncodedMessage;
import dev.fanfare.gateway.wire.SharedFrame;
import dev.fanfare.gateway.wire.WebSocketWire;
import dev.fanfare.gateway.wire.WireFormat;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * A broadcast through one shard to 15,000 subscribers, all but the system call; time is per delivered message. The
 * subscribers share one channel, so what a real channel adds in cache misses is not in here.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FanOutBenchmark {
    private static final int SUBSCRIBERS = 15_000;

    private final GatewayMetrics metrics = new GatewayMetrics(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final EncodedMessage message = EncodedMessage.of("1", new byte[236]);
    private final Shard shard = new Shard(
            channel.eventLoop(),
            HubConfig.from(new Settings(Map.of(), Map.of(), Map.of())),
            (to, frame) -> null,
            metrics);

    @Setup
    public void join() {
        SharedFrame ping = SharedFrame.of(WebSocketWire.ping());
        StreamProtocol protocol = new StreamProtocol(
                StreamKind.WEBSOCKET, WireFormat.WEBSOCKET_TEXT, ping, 25, true, () -> new byte[0]);
        for (int i = 0; i < SUBSCRIBERS; i++) {
            shard.join(channel, protocol);
        }
    }

    @Benchmark
    @OperationsPerInvocation(SUBSCRIBERS)
    public void broadcast() {
        shard.post(new Broadcast(message.retain(), 0, 1, metrics));
        while (message.refCnt() > 1) { // a broadcast comes back for each of its slices
            channel.runPendingTasks();
        }
    }
}
