package dev.fanfare.gateway.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The gateway as its operator runs it. */
class ProcessScenarioTest {
    @RegisterExtension
    static final Gateways gateways = new Gateways();

    @TempDir
    Path directory;

    @Test
    void aStartPrintsOneScreenAndATermSignalDrainsAndEndsWithZero() throws Exception {
        ChildGateway child = gateways.closing(ChildGateway.start(
                Map.of("FANFARE_SERVER_PORT", "0", "FANFARE_TICKER_INTERVAL", "50ms"),
                "--host=127.0.0.1",
                "--set=drain.timeout=5s"));
        int port = child.port();
        try (SseStream sse = SseStream.on(RawClient.to(port).get("/sse"));
                WsStream ws = WsStream.on(RawClient.to(port).send(WsStream.HANDSHAKE))) {
            assertThat(sse.nextSeq()).isPositive();
            assertThat(ws.nextSeq()).isPositive();
            assertThat(child.output())
                    .contains("Fanfare", "http://127.0.0.1:" + port + "/", "transport", "every 50 ms")
                    .doesNotContain("WARN", "ERROR", "Exception");
            assertThat(child.lines()).hasSizeLessThan(25);
            child.terminate();
            List<List<String>> rest = sse.readToEnd();
            assertThat(rest.get(rest.size() - 1)).singleElement().asString().startsWith("retry: ");
            assertThat(ws.next(WsStream.CLOSE).closeCode()).isEqualTo(1001);
            ws.send(WsStream.closeFrame(1001));
        }
        assertThat(child.exitCode()).isZero();
        assertThat(child.output())
                .contains("draining 2 connections", "drained")
                .doesNotContain("WARN", "ERROR", "Exception");
    }

    @Test
    void aBadEnvironmentIsRefusedBeforeAnythingListens() throws Exception {
        try (ChildGateway child = ChildGateway.start(
                Map.of("FANFARE_SERVER_PORT", "-1", "FANFARE_TICKER_INTERVALL", "1s"), "--host=127.0.0.1")) {
            assertThat(child.exitCode()).isEqualTo(2);
            assertThat(child.output())
                    .contains("server.port", "'-1'", "FANFARE_SERVER_PORT", "0 to 65535")
                    .contains("FANFARE_TICKER_INTERVALL", "FANFARE_TICKER_INTERVAL")
                    .doesNotContain("Exception", "\tat ");
        }
    }

    @Test
    void theDoctorChecksThisMachine() throws Exception {
        try (ChildGateway child = ChildGateway.start(Map.of(), "doctor", "--target", "100")) {
            assertThat(child.exitCode()).isIn(0, 1);
            assertThat(child.output()).containsIgnoringCase("open files").doesNotContain("Exception");
        }
    }

    @ParameterizedTest
    @MethodSource(Gateways.TRANSPORTS)
    void withoutFileDescriptorsAcceptingRestsAndGoesOn(String transport) throws Exception {
        ChildGateway child = gateways.closing(ChildGateway.withOpenFiles(
                256,
                "--host=127.0.0.1",
                "--port=0",
                "--interval=50ms",
                "--transport=" + transport,
                "--set=limits.max-connections=1000"));
        int port = child.port();
        List<RawClient> clients = new ArrayList<>();
        try (RawClient observer = RawClient.to(port)) {
            assertThat(Meters.read(observer)).containsEntry("gateway_accept_paused", 0.0);
            SseStream first = SseStream.on(RawClient.to(port).get("/sse"));
            clients.add(first.client());
            for (int i = 0; i < 400; i++) {
                clients.add(RawClient.to(port).get("/sse"));
            }
            await().atMost(Meters.PATIENCE)
                    .untilAsserted(() -> assertThat(Meters.read(observer))
                            .containsEntry("gateway_accept_paused", 1.0)
                            .containsEntry("gateway_accept_pauses_total", 1.0));
            assertThat(observer.get("/console/stats").readReply().status()).isEqualTo(200);
            assertRests(child, first);
            for (int i = 1; i <= 300; i++) {
                clients.get(i).close();
            }
            await().atMost(Meters.PATIENCE)
                    .untilAsserted(() -> assertThat(Meters.read(observer))
                            .as(child::output)
                            .containsEntry("gateway_accept_paused", 0.0)
                            .containsEntry("gateway_connections{transport=\"sse\"}", 101.0));
            assertThat(SseStream.on(clients.get(400)).nextSeq()).isPositive();
            assertThat(first.nextSeq()).isPositive();
        } finally {
            for (RawClient client : clients) {
                client.close();
            }
        }
        child.terminate();
        assertThat(child.exitCode()).isZero();
        assertThat(child.output().split("accepting connections pauses", -1)).hasSize(2);
        assertThat(child.output().split("accepting connections again", -1)).hasSize(2);
        assertThat(child.output()).doesNotContain("Exception:", "\tat ");
    }

    /** While 40 ticks pass, which takes two seconds, the process may not use a core. */
    private static void assertRests(ChildGateway child, SseStream stream) throws IOException {
        long now = stream.nextSeq();
        while (stream.nextTick().get("ts").asLong() < System.currentTimeMillis() - 500) {
            assertThat(stream.nextSeq()).isGreaterThan(now);
        }
        long begin = child.processorMillis();
        long start = System.nanoTime();
        for (int i = 0; i < 40; i++) {
            assertThat(stream.nextSeq()).isPositive();
        }
        double elapsed = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        assertThat((child.processorMillis() - begin) / elapsed).as("cores used").isLessThan(0.7);
    }

    @Test
    void aReplayedFileComesAsItIsAndBeginsAgain() throws Exception {
        Path csv = Files.write(
                directory.resolve("prices.csv"),
                List.of(
                        "date,symbol,price,volume",
                        "2026-01-01,AAA,10.50,7",
                        "2026-01-01,\"B\"\"B\",20.00,8",
                        "2026-01-02,AAA,eleven,7",
                        "2026-01-02,AAA,11.00,9"));
        gateways.expectWarning("malformed lines skipped");
        gateways.expectWarning("line 4");
        var gateway = gateways.start(
                "ticker.source=replay", "ticker.file=" + csv, "ticker.interval=20ms", "ticker.bad-line=skip");
        try (WsStream stream = WsStream.open(gateway)) {
            String one = quotes(stream.next(WsStream.TEXT));
            String other = quotes(stream.next(WsStream.TEXT));
            assertThat(List.of(one, other))
                    .containsExactlyInAnyOrder(
                            "[{'symbol':'AAA','price':10.50,'change':0.00,'volume':7},"
                                    + "{'symbol':'B\\'B','price':20.00,'change':0.00,'volume':8}]",
                            "[{'symbol':'AAA','price':11.00,'change':4.76,'volume':9}]");
            assertThat(quotes(stream.next(WsStream.TEXT))).isEqualTo(one);
        }
        assertThat(gateways.warnings()).hasSize(2);
    }

    private static String quotes(WsStream.Frame tick) {
        String text = tick.text();
        return text.substring(text.indexOf('['), text.length() - 1).replace('"', '\'');
    }

    @Test
    void theSameSeedMakesTheSameTicks() throws Exception {
        List<Map<Long, JsonNode>> runs = new ArrayList<>();
        for (String seed : List.of("7", "7", "8")) {
            var gateway = gateways.start("ticker.seed=" + seed, "ticker.interval=20ms");
            Map<Long, JsonNode> quotes = new HashMap<>();
            try (SseStream stream = SseStream.open(gateway)) {
                for (int i = 0; i < 20; i++) {
                    JsonNode tick = stream.nextTick();
                    quotes.put(tick.get("seq").asLong(), tick.get("quotes"));
                }
            }
            runs.add(quotes);
        }
        Set<Long> shared = new HashSet<>(runs.get(0).keySet());
        shared.retainAll(runs.get(1).keySet());
        shared.retainAll(runs.get(2).keySet());
        assertThat(shared).isNotEmpty().allSatisfy(seq -> {
            assertThat(runs.get(1).get(seq)).isEqualTo(runs.get(0).get(seq));
            assertThat(runs.get(2).get(seq)).isNotEqualTo(runs.get(0).get(seq));
        });
    }
}
