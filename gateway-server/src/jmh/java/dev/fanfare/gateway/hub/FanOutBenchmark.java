package dev.fanfare.gateway.hub;

import dev.fanfare.gateway.auth.AuthConfig;
import dev.fanfare.gateway.auth.MemoryRevocations;
import dev.fanfare.gateway.auth.Principal;
import dev.fanfare.gateway.channel.Access;
import dev.fanfare.gateway.channel.ChannelPattern;
import dev.fanfare.gateway.channel.ChannelRules;
import dev.fanfare.gateway.channel.Publication;
import dev.fanfare.gateway.channel.SlowConsumerPolicy;
import dev.fanfare.gateway.channel.StreamPosition;
import dev.fanfare.gateway.config.Settings;
import dev.fanfare.gateway.engine.Broker;
import dev.fanfare.gateway.engine.memory.EngineThread;
import dev.fanfare.gateway.engine.memory.MemoryConfig;
import dev.fanfare.gateway.engine.memory.MemoryPresence;
import dev.fanfare.gateway.metrics.GatewayMetrics;
import dev.fanfare.gateway.metrics.StreamKind;
import dev.fanfare.gateway.wire.SharedFrame;
import dev.fanfare.gateway.wire.WebSocketWire;
import dev.fanfare.gateway.wire.WireFormat;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * A publication through one shard to 15,000 subscribers, all but the system call; time is per delivered message. The
 * subscribers share one Netty channel, so what a real channel adds in cache misses is not in here.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FanOutBenchmark {
    private static final int SUBSCRIBERS = 15_000;

    private final GatewayMetrics metrics = new GatewayMetrics(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final Broker broker = new NoBroker();
    private final ChannelRules rules = new ChannelRules(
            0, Duration.ofMinutes(1), false, SlowConsumerPolicy.DROP, false, false, Access.ANYONE, Access.ANYONE, 65_536);
    private final Publication.Content content = Publication.Content.ofJson(new byte[236]);
    private final Shard shard = new Shard(
            channel.eventLoop(),
            HubConfig.from(new Settings(Map.of(), Map.of(), Map.of())),
            new Hub.Parts(broker, new MemoryPresence(new EngineThread(new MemoryConfig(1, 1, 1))), new Interests(1, broker), new PendingTotal(Long.MAX_VALUE), metrics, "node", 0, tokens(), new Users(0)));
    private long offset;

    private static Hub.Tokens tokens() {
        AuthConfig auth = AuthConfig.from(new Settings(Map.of(), Map.of(), Map.of()));
        return new Hub.Tokens(new MemoryRevocations(auth, Clock.systemUTC()), auth.expiryGrace());
    }


    @Setup
    public void join() {
        StreamProtocol.Heartbeat ping =
                new StreamProtocol.Heartbeat(SharedFrame.of(WebSocketWire.ping()), 25, true);
        StreamProtocol protocol = new StreamProtocol(
                new NoWriter(), StreamKind.WEBSOCKET, WireFormat.WEBSOCKET_TEXT, false, ping, why -> new byte[0], null);
        List<Wish> wishes = List.of(new Wish("t", rules, null));
        for (int i = 0; i < SUBSCRIBERS; i++) {
            shard.subscribe(shard.join(channel, protocol, Principal.ANONYMOUS), wishes);
        }
    }

    @Benchmark
    @OperationsPerInvocation(SUBSCRIBERS)
    public void broadcast() {
        Publication publication = new Publication("t", new StreamPosition(++offset, "e"), content, 0);
        shard.fanOut().post(new Delivery(publication, rules, null, 1, metrics));
        while (shard.fanOut().inbox().size() > 0 || shard.fanOut().isDelivering()) {
            channel.runPendingTasks();
        }
    }

    /** Takes everything. */
    private static final class NoWriter implements FrameWriter {
        @Override
        public @Nullable ChannelFuture write(Channel to, SharedFrame frame) {
            return null;
        }

        @Override
        public @Nullable ChannelFuture write(Channel to, ByteBuf bytes) {
            bytes.release();
            return null;
        }
    }

    /** Is never asked. */
    private static final class NoBroker implements Broker {
        @Override
        public void start(Listener listener) {}

        @Override
        public CompletionStage<List<Outcome>> publish(List<Request> batch) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void read(
                String name,
                ChannelRules of,
                @Nullable StreamPosition since,
                int limit,
                BiConsumer<@Nullable History, @Nullable Throwable> reader) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Void> removeHistory(String name) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<List<String>> channels(ChannelPattern pattern, int limit) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void interest(String name, boolean wanted) {}

        @Override
        public void close() {}
    }
}
