package dev.fanfare.gateway.ticker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fanfare.gateway.config.Settings;
import dev.fanfare.gateway.hub.Hub;
import dev.fanfare.gateway.hub.HubConfig;
import dev.fanfare.gateway.hub.StreamProtocol;
import dev.fanfare.gateway.metrics.GatewayMetrics;
import dev.fanfare.gateway.metrics.StreamKind;
import dev.fanfare.gateway.wire.SharedFrame;
import dev.fanfare.gateway.wire.WireFormat;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TickBroadcasterTest {
    private static final Duration INTERVAL = Duration.ofMillis(10);
    private static final Quote QUOTE = new Quote("X", BigDecimal.ONE, BigDecimal.ZERO, 1);

    private final DefaultEventLoop loop = new DefaultEventLoop();
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final GatewayMetrics metrics = new GatewayMetrics(registry);
    private final List<String> events = new CopyOnWriteArrayList<>();
    private final Hub hub = new Hub(
            loop,
            HubConfig.from(new Settings(Map.of(), Map.of(), Map.of())),
            (channel, frame) -> {
                events.add(text(frame));
                return null;
            },
            metrics);

    @BeforeEach
    void oneClientIsConnected() throws Exception {
        SharedFrame beat = SharedFrame.of(new byte[] {'b'});
        StreamProtocol protocol =
                new StreamProtocol(StreamKind.SSE, WireFormat.SSE_PLAIN, beat, 3600, false, () -> new byte[0]);
        loop.submit(() -> hub.shardOf(loop).join(new EmbeddedChannel(), protocol))
                .get();
    }

    @AfterEach
    void stop() {
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    @Test
    void everyTickGoesToTheClientsWithASequenceNumberThatRisesByOneAndIsTheEventId() throws Exception {
        try (TickBroadcaster ticker = ticker(INTERVAL, () -> List.of(QUOTE))) {
            ticker.start();
            await().until(() -> events.size() >= 5);
        }

        List<Long> sequence = new ArrayList<>();
        for (String event : events) {
            JsonNode tick = json(event);
            assertThat(event).startsWith("id: " + tick.get("seq").asLong() + "\n");
            assertThat(tick.at("/quotes/0/symbol").textValue()).isEqualTo("X");
            sequence.add(tick.get("seq").asLong());
        }
        // A busy machine may skip a tick on its way to the client, never repeat or reorder one.
        assertThat(sequence).first().isEqualTo(1L);
        assertThat(sequence).doesNotHaveDuplicates().isSorted();
        double published = registry.get("gateway_messages_published").counter().count();
        double skipped = registry.get("gateway_broadcasts_skipped").counter().count();
        assertThat(sequence.get(sequence.size() - 1)).isBetween((long) (published - 1), (long) published);
        assertThat((double) sequence.size()).isBetween(published - skipped - 1, published - skipped);
    }

    @Test
    void theTimeOfATickIsNotBeforeAMultipleOfTheInterval() throws Exception {
        long before = System.currentTimeMillis();
        try (TickBroadcaster ticker = ticker(INTERVAL, () -> List.of(QUOTE))) {
            ticker.start();
            await().until(() -> !events.isEmpty());
        }

        long first = json(events.get(0)).get("ts").asLong();
        assertThat(first).isBetween((before / 10 + 1) * 10, System.currentTimeMillis());
    }

    @Test
    void aSourceThatThrowsDoesNotEndTheTicks() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        try (TickBroadcaster ticker = ticker(INTERVAL, () -> switch (calls.incrementAndGet()) {
            case 1 -> throw new IllegalStateException("first tick");
            case 2 -> throw new OutOfMemoryError("second tick");
            default -> List.of(QUOTE);
        })) {
            ticker.start();
            await().until(() -> !events.isEmpty());
        }

        assertThat(json(events.get(0)).get("seq").asLong()).isEqualTo(3);
    }

    @Test
    void afterCloseThereIsNoTick() {
        TickBroadcaster ticker = ticker(INTERVAL, () -> List.of(QUOTE));
        ticker.start();
        await().until(() -> !events.isEmpty());

        ticker.close();

        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().equals("ticker"));
    }

    @Test
    void closeDoesNotWaitForTheNextTick() {
        TickBroadcaster ticker = ticker(Duration.ofHours(1), () -> List.of(QUOTE));
        ticker.start();
        ticker.close();

        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().equals("ticker"));
    }

    private TickBroadcaster ticker(Duration interval, Supplier<List<Quote>> quotes) {
        TickSource source = new TickSource() {
            @Override
            public List<Quote> next() {
                return quotes.get();
            }

            @Override
            public String describe() {
                return "test";
            }
        };
        return new TickBroadcaster(source, interval, hub, metrics);
    }

    private static JsonNode json(String event) throws IOException {
        return new ObjectMapper().readTree(event.substring(event.indexOf('{')));
    }

    private static String text(SharedFrame frame) {
        ByteBuf bytes = frame.from(0);
        try {
            return bytes.toString(UTF_8);
        } finally {
            bytes.release();
        }
    }
}
