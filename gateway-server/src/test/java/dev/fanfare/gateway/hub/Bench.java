package dev.fanfare.gateway.hub;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fanfare.gateway.channel.Access;
import dev.fanfare.gateway.channel.ChannelRules;
import dev.fanfare.gateway.channel.Publication;
import dev.fanfare.gateway.channel.SlowConsumerPolicy;
import dev.fanfare.gateway.channel.StreamPosition;
import dev.fanfare.gateway.engine.NoPresence;
import dev.fanfare.gateway.metrics.CloseReason;
import dev.fanfare.gateway.metrics.GatewayMetrics;
import dev.fanfare.gateway.metrics.StreamKind;
import dev.fanfare.gateway.wire.SharedFrame;
import dev.fanfare.gateway.wire.WireFormat;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One shard whose loop runs only when told to, with clients whose sockets take bytes only when told to, in one channel. */
final class Bench {
    static final int HEARTBEAT = 10;
    static final int STALL = 30;
    static final int PONG = 60;
    static final int CLOSE = 5;
    /** Two messages of one letter. */
    static final int MAX_PENDING = 20;

    static final int MAX_PENDING_TOTAL = 1 << 20;

    static final String CHANNEL = "t";
    static final ChannelRules CONFLATING = rules(0, true, SlowConsumerPolicy.CATCH_UP);
    static final ChannelRules HISTORY = rules(1_000, false, SlowConsumerPolicy.CATCH_UP);
    static final ChannelRules DROPPING = rules(0, false, SlowConsumerPolicy.DROP);
    static final ChannelRules DISCONNECTING = rules(0, false, SlowConsumerPolicy.DISCONNECT);

    static final StreamProtocol SSE = protocol(new QueuedWriter(), StreamKind.SSE, false);
    static final StreamProtocol WEBSOCKET = protocol(new QueuedWriter(), StreamKind.WEBSOCKET, true);

    final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    final GatewayMetrics metrics = new GatewayMetrics(registry);
    final EmbeddedChannel loop = new EmbeddedChannel();
    final TestBroker broker = new TestBroker();
    final Users users = new Users(2);
    final Interests interests = new Interests(1, broker);
    /** The frames of all publications, in the form of {@link #SSE}. */
    final List<SharedFrame> frames = new ArrayList<>();
    /** Who received a message, in order. */
    final List<TestClient> order = new ArrayList<>();

    final ChannelRules rules;
    final Shard shard = new Shard(loop.eventLoop(), config(), parts());

    Bench(ChannelRules rules) {
        this.rules = rules;
    }

    Hub.Parts parts() {
        return new Hub.Parts(
                broker,
                new NoPresence(),
                interests,
                new PendingTotal(MAX_PENDING_TOTAL),
                metrics,
                "node",
                0,
                NoRevocations.TOKENS,
                users);
    }

    static HubConfig config() {
        return new HubConfig(
                MAX_PENDING,
                MAX_PENDING_TOTAL,
                new HubBounds(1_000, 1_000_000, 10_000, 1_000, 100_000, 100, 2),
                Duration.ofSeconds(STALL),
                Duration.ofSeconds(HEARTBEAT),
                Duration.ofSeconds(HEARTBEAT),
                Duration.ofSeconds(PONG),
                Duration.ofSeconds(CLOSE));
    }

    static ChannelRules rules(int historySize, boolean conflate, SlowConsumerPolicy policy) {
        return new ChannelRules(
                historySize,
                Duration.ofMinutes(5),
                conflate,
                policy,
                false,
                false,
                Access.ANYONE,
                Access.ANYONE,
                65_536);
    }

    TestClient join(StreamProtocol protocol) {
        return join(protocol, CHANNEL, null);
    }

    TestClient join(StreamProtocol protocol, String channel, @Nullable StreamPosition since) {
        TestClient client = new TestClient(shard, protocol, order::add);
        client.subscribe(List.of(new Wish(channel, rules, since)));
        loop.runPendingTasks();
        if (client.received.remove("id: " + idOf(client))) { // where it stands, before anything came
            order.remove(client);
        }
        return client;
    }

    /** Hands a message to the shard, whose loop does not run yet. */
    SharedFrame post(String text) {
        return post(CHANNEL, text);
    }

    SharedFrame post(String channel, String text) {
        return post(channel, text, null);
    }

    SharedFrame post(String channel, String text, @Nullable String key) {
        Publication publication = broker.publish(
                channel,
                rules,
                new Publication.Content(Publication.Kind.MESSAGE, text.getBytes(UTF_8), false, null, key));
        Interest interest = interests.in(channel);
        if (interest != null && key == null) {
            interest.reached(publication.offset());
        }
        Delivery delivery = new Delivery(publication, rules, interest, 1, metrics);
        SharedFrame frame = delivery.frame(SSE, rules.retains());
        frames.add(frame);
        shard.fanOut().post(delivery);
        return frame;
    }

    /** Delivers a message; returns its frame, which lives on only if somebody keeps it. */
    SharedFrame broadcast(String text) {
        SharedFrame frame = post(text);
        loop.runPendingTasks();
        return frame;
    }

    void broadcast(String channel, String text) {
        post(channel, text);
        loop.runPendingTasks();
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

    private String idOf(TestClient client) {
        return String.valueOf(shard.idOf(client.subscriber));
    }

    static StreamProtocol protocol(FrameWriter writer, StreamKind kind, boolean answers) {
        SharedFrame beat = SharedFrame.of("beat".getBytes(UTF_8));
        return new StreamProtocol(
                writer,
                kind,
                kind == StreamKind.SSE ? WireFormat.SSE_PLAIN : WireFormat.WEBSOCKET_TEXT,
                false,
                new StreamProtocol.Heartbeat(beat, HEARTBEAT, answers),
                why -> "bye".getBytes(UTF_8),
                null);
    }
}
