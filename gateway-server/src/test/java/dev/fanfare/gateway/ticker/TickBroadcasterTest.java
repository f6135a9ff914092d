package dev.fanfare.gateway.ticker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fanfare.gateway.channel.Access;
import dev.fanfare.gateway.channel.ChannelRules;
import dev.fanfare.gateway.channel.ChannelsConfig;
import dev.fanfare.gateway.config.Settings;
import dev.fanfare.gateway.engine.Broker;
import dev.fanfare.gateway.engine.RecordingBroker;
import dev.fanfare.gateway.metrics.GatewayMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class TickBroadcasterTest {
    private static final Duration INTERVAL = Duration.ofMillis(10);
    private static final Quote QUOTE = new Quote("X", BigDecimal.ONE, BigDecimal.ZERO, 1);

    private final GatewayMetrics metrics = new GatewayMetrics(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
    private final RecordingBroker broker = new RecordingBroker();

    @Test
    void everyTickIsPublishedToItsChannelWithASequenceNumberThatRisesByOne() throws Exception {
        try (TickBroadcaster ticker = ticker(INTERVAL, () -> List.of(QUOTE))) {
            ticker.start();
            await().until(() -> broker.requests.size() >= 5);
        }

        long seq = 0;
        for (Broker.Request request : broker.requests) {
            assertThat(request.channel()).isEqualTo("ticks");
            assertThat(request.content().json()).isTrue();
            JsonNode tick = json(new String(request.content().data(), UTF_8));
            assertThat(tick.get("seq").asLong()).isEqualTo(++seq);
            assertThat(tick.at("/quotes/0/symbol").textValue()).isEqualTo("X");
        }
    }

    @Test
    void theTimeOfATickIsNotBeforeAMultipleOfTheInterval() throws Exception {
        long before = System.currentTimeMillis();
        try (TickBroadcaster ticker = ticker(INTERVAL, () -> List.of(QUOTE))) {
            ticker.start();
            await().until(() -> !broker.requests.isEmpty());
        }

        long first = json(broker.published().get(0)).get("ts").asLong();
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
            await().until(() -> !broker.requests.isEmpty());
        }

        assertThat(json(broker.published().get(0)).get("seq").asLong()).isEqualTo(3);
    }

    @Test
    void afterCloseThereIsNoTick() {
        TickBroadcaster ticker = ticker(INTERVAL, () -> List.of(QUOTE));
        ticker.start();
        await().until(() -> !broker.requests.isEmpty());

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
        ChannelRules rules = ChannelsConfig.from(new Settings(Map.of(), Map.of(), Map.of()), Access.ANYONE)
                .rulesOf("ticks");
        return new TickBroadcaster(source, interval, broker, rules, metrics);
    }

    private static JsonNode json(String event) throws IOException {
        return new ObjectMapper().readTree(event.substring(event.indexOf('{')));
    }
}
