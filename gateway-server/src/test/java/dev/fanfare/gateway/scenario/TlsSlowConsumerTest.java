package dev.fanfare.gateway.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.gateway.boot.RunningGateway;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams over TLS whose clients do not read, and streams that end: what must work as it does over TCP. */
class TlsSlowConsumerTest {
    private static final int SMALL = 2_048;

    @TempDir
    static Path directory;

    @RegisterExtension
    static final Gateways gateways = new Gateways();

    private static TlsFiles files;
    private static SSLContext trusting;

    @BeforeAll
    static void write() throws IOException {
        files = new TlsFiles(directory);
        trusting = files.trusting();
        List<String> lines = new ArrayList<>(List.of("date,symbol,price"));
        for (int day = 1; day <= 3; day++) {
            for (int symbol = 0; symbol < 1_300; symbol++) {
                lines.add("2026-01-0%d,S%04d,%d.25".formatted(day, symbol, 1_000 + day));
            }
        }
        Files.write(directory.resolve("prices.csv"), lines);
    }

    @ParameterizedTest
    @ValueSource(strings = {"openssl", "jdk"})
    void aSlowOneGetsTheNewestTickWhenItReadsAgain(String provider) throws Exception {
        RunningGateway gateway = start("tls.provider=" + provider);
        try (SseStream slow =
                        SseStream.on(RawClient.tls(gateway, trusting, SMALL).get("/sse"));
                Watcher reader =
                        Watcher.of(SseStream.on(RawClient.tls(gateway, trusting).get("/sse")))) {
            await().atMost(Meters.PATIENCE)
                    .untilAsserted(() -> assertThat(Meters.of(gateway).get("gateway_messages_conflated_total"))
                            .isGreaterThan(30));
            assertThat(Meters.of(gateway).get("gateway_pending_bytes")).isLessThan(200_000);
            long newest =
                    Meters.of(gateway).get("gateway_messages_published_total").longValue();
            List<Long> before = new ArrayList<>();
            for (long seq = slow.nextSeq(); seq < newest; seq = slow.nextSeq()) {
                before.add(seq);
            }
            assertThat(before).isSorted().doesNotHaveDuplicates();
            assertThat((long) before.size()).isLessThan(newest - 10);
            assertThat(reader.seqs()).hasSizeGreaterThan(10).isSorted().doesNotHaveDuplicates();
            assertThat(Meters.sum(Meters.of(gateway), "gateway_connections_closed_total"))
                    .isZero();
        }
    }

    @Test
    void oneThatTakesNothingIsClosedAndTheLogStaysQuiet() throws Exception {
        RunningGateway gateway = start("slow-consumer.stall-timeout=1s");
        try (SseStream sse =
                        SseStream.on(RawClient.tls(gateway, trusting, SMALL).get("/sse"));
                WsStream ws =
                        WsStream.on(RawClient.tls(gateway, trusting, SMALL).send(WsStream.HANDSHAKE))) {
            Meters.awaitClosed(gateway, "stalled", 2);
            Meters.awaitConnections(gateway, 0, 0);
            assertThat(sse.head().status()).isEqualTo(200);
            assertThat(ws.head().status()).isEqualTo(101);
        }
    }

    /** It takes one record after the other, each time whole: that is progress. */
    @Test
    void oneThatReadsSlowlyIsNotTakenForStalled() throws Exception {
        RunningGateway gateway = start("slow-consumer.stall-timeout=3s");
        try (SseStream slow =
                SseStream.on(RawClient.tls(gateway, trusting, SMALL).get("/sse"))) {
            assertThat(slow.nextSeq()).isPositive();
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(6);
            while (System.nanoTime() < end) {
                slow.client().read(16_384);
                TimeUnit.MILLISECONDS.sleep(150);
            }
            assertThat(Meters.sum(Meters.of(gateway), "gateway_connections_closed_total"))
                    .isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"openssl", "jdk"})
    void drainingSaysGoodbyeInsideAndOutside(String provider) throws Exception {
        RunningGateway gateway = gateways.start(files.settings(
                "tls.provider=" + provider, "drain.rate=1000", "drain.timeout=20s", "websocket.close-timeout=1h"));
        List<SseStream> sse = new ArrayList<>();
        List<WsStream> ws = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            sse.add(gateways.closing(
                    SseStream.on(RawClient.tls(gateway, trusting).get("/sse"))));
            ws.add(gateways.closing(WsStream.on(RawClient.tls(gateway, trusting).send(WsStream.HANDSHAKE))));
        }
        CompletableFuture<Void> drain = CompletableFuture.runAsync(gateway::drain);
        Set<String> retries = new HashSet<>();
        for (SseStream stream : sse) {
            List<List<String>> rest = stream.readToEnd(); // fails without close_notify
            retries.add(rest.get(rest.size() - 1).get(0));
        }
        for (WsStream stream : ws) {
            assertThat(stream.next(WsStream.CLOSE).closeCode()).isEqualTo(1001);
            stream.send(WsStream.closeFrame(1001));
            assertThat(stream.client().readToEnd()).isEmpty();
        }
        drain.get(20, TimeUnit.SECONDS);
        assertThat(retries).hasSizeGreaterThan(10).allMatch(line -> line.startsWith("retry: "));
    }

    private static RunningGateway start(String... settings) {
        List<String> all = new ArrayList<>(List.of(
                "ticker.source=replay",
                "ticker.file=" + directory.resolve("prices.csv"),
                "ticker.interval=25ms",
                "namespaces.ticks.slow-consumer=catch-up",
                "slow-consumer.max-pending=200KiB"));
        all.addAll(List.of(settings));
        return gateways.start(files.settings(all.toArray(String[]::new)));
    }
}
