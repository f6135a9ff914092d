package dev.fanfare.gateway.hub;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fanfare.gateway.metrics.CloseReason;
import dev.fanfare.gateway.metrics.GatewayMetrics;
import dev.fanfare.gateway.metrics.StreamKind;
import dev.fanfare.gateway.wire.EncodedMessage;
import dev.fanfare.gateway.wire.SharedFrame;
import dev.fanfare.gateway.wire.WireFormat;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** One shard whose loop runs only when told to, with clients whose sockets take bytes only when told to. */
final class Bench {
    static final int HEARTBEAT = 10;
    static final int STALL = 30;
    static final int PONG = 60;
    static final int CLOSE = 5;
    /** Two messages of one letter. */
    static final int MAX_PENDING = 20;

    static final StreamProtocol SSE = protocol(StreamKind.SSE, false);
    static final StreamProtocol WEBSOCKET = protocol(StreamKind.WEBSOCKET, true);

    final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    final GatewayMetrics metrics = new GatewayMetrics(registry);
    final EmbeddedChannel loop = new EmbeddedChannel();
    final List<EncodedMessage> messages = new ArrayList<>();
    /** Who received a message, in order. */
    final List<TestClient> order = new ArrayList<>();

    final Shard shard;

    Bench(SlowConsumerPolicy policy) {
        this(policy, new QueuedWriter());
    }

    Bench(SlowConsumerPolicy policy, FrameWriter writer) {
        shard = new Shard(loop.eventLoop(), config(policy), writer, metrics);
    }

    static HubConfig config(SlowConsumerPolicy policy) {
        return new HubConfig(
                policy,
                MAX_PENDING,
                Duration.ofSeconds(STALL),
                Duration.ofSeconds(HEARTBEAT),
                Duration.ofSeconds(HEARTBEAT),
                Duration.ofSeconds(PONG),
                Duration.ofSeconds(CLOSE));
    }

    TestClient join(StreamProtocol protocol) {
        return new TestClient(shard, protocol, order::add);
    }

    /** Hands a message to the shard, whose loop does not run yet. */
    SharedFrame post(String text) {
        EncodedMessage message = EncodedMessage.of(null, text.getBytes(UTF_8));
        messages.add(message);
        shard.post(new Broadcast(message, System.currentTimeMillis(), 1, metrics));
        return message.in(WireFormat.SSE_PLAIN);
    }

    /** Delivers a message; returns its frame, which lives on only if somebody keeps it. */
    SharedFrame broadcast(String text) {
        SharedFrame frame = post(text);
        loop.runPendingTasks();
        return frame;
    }

    double delivered(StreamKind kind) {
        return counter("gateway_messages_delivered", "transport", kind.label());
    }

    double closed(CloseReason reason) {
        return registry.get("gateway_connections_closed").tag("reason", reason.label()).counters().stream()
                .mapToDouble(io.micrometer.core.instrument.Counter::count)
                .sum();
    }

    double closed() {
        double sum = 0;
        for (CloseReason reason : CloseReason.values()) {
            sum += closed(reason);
        }
        return sum;
    }

    /** The value of a counter, with what the shard has not handed over yet. */
    double counter(String name, String... tags) {
        shard.tally().moveTo(metrics);
        return registry.get(name).tags(tags).counter().count();
    }

    private static StreamProtocol protocol(StreamKind kind, boolean answers) {
        SharedFrame beat = SharedFrame.of("beat".getBytes(UTF_8));
        return new StreamProtocol(kind, WireFormat.SSE_PLAIN, beat, HEARTBEAT, answers, () -> "bye".getBytes(UTF_8));
    }
}
