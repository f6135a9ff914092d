package dev.fanfare.gateway.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.gateway.boot.RunningGateway;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Clients that do not read, beside clients that do. A tick has about 80 kB (a replayed day of 1,300 symbols), so that the
 * kernel's buffers are full soon on every transport.
 */
class SlowConsumerScenarioTest {
    private static final int TICK_BYTES = 80_000;

    @TempDir
    static Path directory;

    @RegisterExtension
    static final Gateways gateways = new Gateways();

    @BeforeAll
    static void writePrices() throws IOException {
        List<String> lines = new ArrayList<>(List.of("date,symbol,price"));
        for (int day = 1; day <= 3; day++) {
            for (int symbol = 0; symbol < 1_300; symbol++) {
                lines.add("2026-01-0%d,S%04d,%d.25".formatted(day, symbol, 1_000 + day));
            }
        }
        Files.write(directory.resolve("prices.csv"), lines);
    }

    @ParameterizedTest
    @MethodSource(Gateways.TRANSPORTS)
    void withConflateASlowClientGetsTheNewestTickWhenItReadsAgain(String transport) throws Exception {
        RunningGateway gateway = start(transport, "catch-up", "30s");
        try (SseStream sse = SseStream.on(RawClient.withSmallBuffer(gateway).get("/sse"));
                WsStream ws = WsStream.on(RawClient.withSmallBuffer(gateway).send(WsStream.HANDSHAKE));
                Watcher reader = Watcher.of(SseStream.open(gateway));
                Watcher other = Watcher.of(WsStream.open(gateway))) {
            awaitMeter(gateway, "gateway_messages_conflated_total", 30);
            assertThat(Meters.of(gateway).get("gateway_pending_bytes")).isLessThan(2 * 2 * TICK_BYTES * 1.5);
            long newest = newestSeq(gateway);
            assertThat(skipTo(sse::nextSeq, newest))
                    .as("ticks before the newest, SSE")
                    .isLessThan(newest - 10);
            assertThat(skipTo(ws::nextSeq, newest))
                    .as("ticks before the newest, WebSocket")
                    .isLessThan(newest - 10);
            assertUndisturbed(gateway, reader, other);
            assertThat(Meters.sum(Meters.of(gateway), "gateway_connections_closed_total"))
                    .isZero();
        }
    }

    @ParameterizedTest
    @MethodSource(Gateways.TRANSPORTS)
    void withDropASlowClientMissesTicksAndStaysConnected(String transport) throws Exception {
        RunningGateway gateway = start(transport, "drop", "30s");
        try (SseStream sse = SseStream.on(RawClient.withSmallBuffer(gateway).get("/sse"));
                WsStream ws = WsStream.on(RawClient.withSmallBuffer(gateway).send(WsStream.HANDSHAKE));
                Watcher reader = Watcher.of(SseStream.open(gateway));
                Watcher other = Watcher.of(WsStream.open(gateway))) {
            awaitMeter(gateway, "gateway_messages_dropped_total{reason=\"slow\"}", 30);
            assertThat(Meters.of(gateway).get("gateway_pending_bytes")).isLessThan(2 * 200_000 + 2 * TICK_BYTES * 1.5);
            long newest = newestSeq(gateway);
            AtomicInteger gaps = new AtomicInteger();
            assertThat(skipTo(() -> sse.nextSeq(gaps), newest)).isLessThan(newest - 10);
            assertThat(gaps).as("gaps told on SSE").hasPositiveValue();
            gaps.set(0);
            assertThat(skipTo(() -> ws.nextSeq(gaps), newest)).isLessThan(newest - 10);
            assertThat(gaps).as("gaps told on WebSocket").hasPositiveValue();
            assertUndisturbed(gateway, reader, other);
            assertThat(Meters.sum(Meters.of(gateway), "gateway_connections_closed_total"))
                    .isZero();
        }
    }

    @ParameterizedTest
    @MethodSource(Gateways.TRANSPORTS)
    void withDisconnectASlowClientIsClosed(String transport) throws Exception {
        RunningGateway gateway = start(transport, "disconnect", "30s");
        try (SseStream sse = SseStream.on(RawClient.withSmallBuffer(gateway).get("/sse"));
                WsStream ws = WsStream.on(RawClient.withSmallBuffer(gateway).send(WsStream.HANDSHAKE));
                Watcher reader = Watcher.of(SseStream.open(gateway));
                Watcher other = Watcher.of(WsStream.open(gateway))) {
            Meters.awaitClosed(gateway, "slow", 2);
            Meters.awaitConnections(gateway, 1, 1);
            sse.client().awaitClosed();
            ws.client().awaitClosed();
            assertUndisturbed(gateway, reader, other);
            await().atMost(Meters.PATIENCE)
                    .untilAsserted(() -> assertThat(Meters.of(gateway)).containsEntry("gateway_pending_bytes", 0.0));
        }
    }

    @ParameterizedTest
    @CsvSource({"nio, catch-up", "epoll, drop"})
    void aClientThatTakesNothingIsClosedWhateverThePolicy(String transport, String policy) throws Exception {
        RunningGateway gateway = start(transport, policy, "1s");
        try (SseStream sse = SseStream.on(RawClient.withSmallBuffer(gateway).get("/sse"));
                WsStream ws = WsStream.on(RawClient.withSmallBuffer(gateway).send(WsStream.HANDSHAKE));
                Watcher reader = Watcher.of(SseStream.open(gateway));
                Watcher other = Watcher.of(WsStream.open(gateway))) {
            Meters.awaitClosed(gateway, "stalled", 2);
            Meters.awaitConnections(gateway, 1, 1);
            sse.client().awaitClosed();
            ws.client().awaitClosed();
            assertUndisturbed(gateway, reader, other);
        }
    }

    @ParameterizedTest
    @MethodSource(Gateways.TRANSPORTS)
    void aSlowClientThatLeavesIsCountedAsAClientThatLeft(String transport) throws Exception {
        RunningGateway gateway = start(transport, "drop", "30s");
        try (SseStream sse = SseStream.on(RawClient.withSmallBuffer(gateway).get("/sse"));
                WsStream ws = WsStream.on(RawClient.withSmallBuffer(gateway).send(WsStream.HANDSHAKE))) {
            awaitMeter(gateway, "gateway_messages_dropped_total{reason=\"slow\"}", 10);
            sse.client().reset();
            ws.client().reset();
        }
        Meters.awaitClosed(gateway, "client", 2);
        Meters.awaitConnections(gateway, 0, 0);
    }

    @ParameterizedTest
    @MethodSource(Gateways.TRANSPORTS)
    void whenTooMuchWaitsForAllTogetherThoseAreClosedForWhomMostWaits(String transport) throws Exception {
        RunningGateway gateway = start(transport, "drop", "30s", "slow-consumer.max-pending-total=300KiB");
        try (SseStream first = SseStream.on(RawClient.withSmallBuffer(gateway).get("/sse"));
                SseStream second =
                        SseStream.on(RawClient.withSmallBuffer(gateway).get("/sse"));
                WsStream third = WsStream.on(RawClient.withSmallBuffer(gateway).send(WsStream.HANDSHAKE));
                Watcher reader = Watcher.of(SseStream.open(gateway));
                Watcher other = Watcher.of(WsStream.open(gateway))) {
            await().atMost(Meters.PATIENCE)
                    .untilAsserted(() -> assertThat(Meters.closed(Meters.of(gateway), "pending_total"))
                            .as("200 KiB may wait for each, 270 KiB for all")
                            .isBetween(2.0, 3.0));
            await().atMost(Meters.PATIENCE)
                    .untilAsserted(() -> assertThat(Meters.of(gateway).get("gateway_pending_bytes"))
                            .isLessThan(300.0 * 1024));
            assertUndisturbed(gateway, reader, other);
            assertThat(first.head().status()).isEqualTo(200);
            assertThat(second.head().status()).isEqualTo(200);
            assertThat(third.head().status()).isEqualTo(101);
        }
    }

    private static RunningGateway start(String transport, String policy, String stall, String... more) {
        List<String> settings = new ArrayList<>(List.of(
                "server.transport=" + transport,
                "ticker.source=replay",
                "ticker.file=" + directory.resolve("prices.csv"),
                "ticker.interval=50ms", // twice as fast, and the good ones are slow as well when the machine is busy
                "namespaces.ticks.slow-consumer=" + policy,
                "slow-consumer.max-pending=200KiB",
                "slow-consumer.stall-timeout=" + stall));
        settings.addAll(List.of(more));
        return gateways.start(settings.toArray(String[]::new));
    }

    /** Something that delivers one sequence number after the other. */
    private interface Source {
        long next() throws IOException;
    }

    /** Reads until {@code newest} has been reached; how many ticks came before. */
    private static long skipTo(Source source, long newest) throws IOException {
        List<Long> before = new ArrayList<>();
        for (long seq = source.next(); seq < newest; seq = source.next()) {
            before.add(seq);
        }
        assertThat(before).isSorted().doesNotHaveDuplicates();
        return before.size();
    }

    private static long newestSeq(RunningGateway gateway) throws IOException {
        return Meters.of(gateway).get("gateway_messages_published_total").longValue();
    }

    private static void awaitMeter(RunningGateway gateway, String name, double least) {
        await().atMost(Meters.PATIENCE)
                .untilAsserted(
                        () -> assertThat(Meters.of(gateway).get(name)).as(name).isGreaterThanOrEqualTo(least));
    }

    private static void assertUndisturbed(RunningGateway gateway, Watcher... readers) throws IOException {
        for (Watcher reader : readers) {
            await().atMost(Meters.PATIENCE).until(() -> reader.seqs().size() > 10);
            List<Long> seqs = reader.seqs();
            Map<String, Double> values = Meters.of(gateway);
            assertThat(seqs).isSorted().doesNotHaveDuplicates();
            double missing = seqs.get(seqs.size() - 1) - seqs.get(0) + 1 - seqs.size();
            // A tick has 100 KB: on a busy machine this one's socket may be full for a moment as well.
            double excused = Meters.sum(values, "gateway_broadcasts_skipped_total") + seqs.size() / 4.0;
            assertThat(missing).isLessThanOrEqualTo(excused);
        }
    }
}
