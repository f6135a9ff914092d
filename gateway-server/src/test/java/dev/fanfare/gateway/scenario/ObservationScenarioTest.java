package dev.fanfare.gateway.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.gateway.boot.RunningGateway;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an operator sees: metrics, health, the page. */
class ObservationScenarioTest {
    @RegisterExtension
    static final Gateways gateways = new Gateways();

    @Test
    void metricsAreInPrometheusTextUnlessOpenMetricsIsAskedFor() throws Exception {
        RunningGateway gateway = gateways.start();
        try (RawClient client = RawClient.to(gateway)) {
            Reply text = client.get("/metrics").readReply();
            assertThat(text.header("content-type")).startsWith("text/plain; version=0.0.4");
            assertThat(text.body()).doesNotContain("# EOF").endsWith("\n");
            Reply open = client.get(
                            "/metrics",
                            "Accept: application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.3,*/*;q=0.1")
                    .readReply();
            assertThat(open.header("content-type")).startsWith("application/openmetrics-text; version=1.0.0");
            assertThat(open.body()).endsWith("# EOF\n");
            assertThat(client.get("/metrics", "Accept: */*").readReply().header("content-type"))
                    .startsWith("text/plain");
        }
    }

    @ParameterizedTest
    @CsvSource({"nio, nio", "epoll, epoll", "auto, epoll"})
    void everyMeterIsThereBeforeAnythingHasHappened(String choice, String transport) throws Exception {
        RunningGateway gateway = gateways.start("server.transport=" + choice, "ticker.source=off");
        Map<String, Double> values = Meters.of(gateway);
        assertThat(values)
                .containsEntry("gateway_transport_info{transport=\"" + transport + "\"}", 1.0)
                .containsEntry("gateway_connections{transport=\"sse\"}", 0.0)
                .containsEntry("gateway_accept_paused", 0.0)
                .containsEntry("gateway_pending_bytes", 0.0)
                .containsEntry("gateway_pending_messages", 0.0)
                .doesNotContainKey("gateway_tick_interval_seconds") // there are no ticks
                .containsEntry("gateway_slow_connections", 0.0);
        assertThat(values.keySet()).anyMatch(name -> name.startsWith("gateway_build_info{"));
        for (String reason : List.of("client", "drain", "slow", "stalled", "no_pong", "protocol_error", "io_error")) {
            assertThat(values)
                    .containsKey("gateway_connections_closed_total{reason=\"" + reason + "\",transport=\"sse\"}")
                    .containsKey("gateway_connections_closed_total{reason=\"" + reason + "\",transport=\"websocket\"}");
        }
        List<String> names = new ArrayList<>(List.of(
                "gateway_connections_opened_total",
                "gateway_messages_published_total",
                "gateway_messages_delivered_total",
                "gateway_messages_dropped_total",
                "gateway_messages_conflated_total",
                "gateway_sent_bytes_total",
                "gateway_slow_episodes_total",
                "gateway_broadcast_duration_seconds_count",
                "gateway_delivery_latency_seconds_count",
                "gateway_event_loop_lag_seconds_count",
                "gateway_broadcasts_skipped_total",
                "gateway_ticks_missed_total",
                "gateway_accept_pauses_total",
                "gateway_request_timeouts_total",
                "jvm_memory_used_bytes",
                "process_files_open_files",
                "process_files_max_files",
                "gateway_heap_live_bytes",
                "gateway_heap_max_bytes",
                "gateway_direct_memory_used_bytes",
                "gateway_direct_memory_max_bytes",
                "netty_allocator_memory_used"));
        names.removeIf(
                name -> values.keySet().stream().anyMatch(key -> key.equals(name) || key.startsWith(name + "{")));
        assertThat(names).as("meters that are missing").isEmpty();
    }

    @ParameterizedTest
    @MethodSource(Gateways.TRANSPORTS)
    void connectionsAreCountedExactlyHoweverTheyEnd(String transport) throws Exception {
        RunningGateway gateway = gateways.start("server.transport=" + transport, "ticker.interval=10ms");
        List<RawClient> open = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            open.add(SseStream.open(gateway).client());
            open.add(WsStream.open(gateway).client());
        }
        Meters.awaitConnections(gateway, 30, 30);
        for (int i = 0; i < 40; i++) {
            switch (i % 4) {
                case 0, 1 -> open.get(i).close();
                case 2 -> open.get(i).reset();
                default -> open.get(i).send(WsStream.closeFrame(1000));
            }
        }
        Meters.awaitConnections(gateway, 10, 10);
        Map<String, Double> values = Meters.of(gateway);
        assertThat(Meters.sum(values, "gateway_connections_opened_total")).isEqualTo(60);
        assertThat(Meters.sum(values, "gateway_connections_closed_total")).isEqualTo(40);
        assertThat(Meters.closed(values, "client")).isEqualTo(40);
        JsonNode stats = stats(gateway);
        assertThat(stats.get("connections").get("sse").asInt()).isEqualTo(10);
        assertThat(stats.get("connections").get("ws").asInt()).isEqualTo(10);
        for (RawClient client : open) {
            client.close();
        }
        Meters.awaitConnections(gateway, 0, 0);
        assertThat(Meters.closed(Meters.of(gateway), "client")).isEqualTo(60);
    }

    @Test
    void deliveredMessagesAndBytesAreWhatTheClientsReceived() throws Exception {
        RunningGateway gateway = gateways.start();
        try (SseStream sse = SseStream.open(gateway);
                WsStream ws = WsStream.open(gateway)) {
            sse.nextSeqs(10);
            ws.nextSeqs(10);
            await().atMost(Meters.PATIENCE).untilAsserted(() -> {
                Map<String, Double> values = Meters.of(gateway);
                for (String kind : List.of("sse", "websocket")) {
                    double messages = values.get("gateway_messages_delivered_total{transport=\"" + kind + "\"}");
                    double bytes = values.get("gateway_sent_bytes_total{transport=\"" + kind + "\"}");
                    assertThat(messages).isGreaterThanOrEqualTo(10);
                    assertThat(bytes / messages).as("bytes per message").isBetween(150.0, 400.0);
                }
            });
        }
    }

    @Test
    void aGatewayThatRunsIsLiveAndReady() throws Exception {
        RunningGateway gateway = gateways.start("ticker.source=off");
        try (RawClient client = RawClient.to(gateway)) {
            Reply live = client.get("/health/live").readReply();
            assertThat(live.status()).isEqualTo(200);
            assertThat(live.header("content-type")).isEqualTo("application/json");
            assertThat(live.header("cache-control")).isEqualTo("no-store");
            assertThat(live.json().get("status").asText()).isEqualTo("live");
            assertThat(client.get("/health/ready?x=y")
                            .readReply()
                            .json()
                            .get("status")
                            .asText())
                    .isEqualTo("ready");
        }
    }

    @Test
    void theNumbersOfThePageAreJson() throws Exception {
        RunningGateway gateway = gateways.start("ticker.interval=250ms", "server.transport=nio", "server.workers=3");
        JsonNode stats = stats(gateway);
        assertThat(stats.get("version").asText()).isNotBlank();
        assertThat(stats.get("transport").asText()).isEqualTo("nio");
        assertThat(stats.get("workers").asInt()).isEqualTo(3);
        assertThat(stats.get("tickIntervalMillis").asInt()).isEqualTo(250);
        assertThat(stats.get("draining").asBoolean()).isFalse();
        assertThat(stats.get("openFiles").asLong()).isPositive();
        assertThat(stats.get("heapUsedBytes").asLong()).isPositive();
    }

    @Test
    void thePageAndEverythingItLoadsComesFromHereUnderAStrictPolicy() throws Exception {
        RunningGateway gateway = gateways.start("ticker.source=off");
        try (RawClient client = RawClient.to(gateway)) {
            Reply page = client.get("/").readReply();
            assertThat(page.status()).isEqualTo(200);
            assertThat(page.header("content-type")).isEqualTo("text/html; charset=utf-8");
            assertThat(page.header("content-security-policy")).contains("default-src 'none'", "script-src 'self'");
            assertThat(page.header("x-content-type-options")).isEqualTo("nosniff");
            assertThat(page.body())
                    .doesNotContainPattern("<script(?![^>]*\\bsrc=)")
                    .doesNotContainPattern("(?i)\\son[a-z]+\\s*=")
                    .doesNotContainPattern("(?i)<style|\\sstyle\\s*=");
            Matcher assets = Pattern.compile("(?:src|href)=\"([^\"#]+)\"").matcher(page.body());
            List<String> seen = new ArrayList<>();
            while (assets.find()) {
                String asset = assets.group(1);
                if (!asset.startsWith("data:")) {
                    String path = asset.startsWith("/") ? asset : "/" + asset.replaceFirst("^\\./", "");
                    Reply reply = client.get(path).readReply();
                    assertThat(reply.status()).as(path).isEqualTo(200);
                    assertThat(reply.body()).isNotEmpty();
                    seen.add(path);
                }
            }
            assertThat(seen).contains("/console.js", "/console.css");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/console/", "/console/x.js", "/index.html", "/console.js.map", "/favicon.ico"})
    void anAssetThatDoesNotExistIsNotFound(String path) throws Exception {
        RunningGateway gateway = gateways.start("ticker.source=off");
        try (RawClient client = RawClient.to(gateway)) {
            client.get(path).readReply().problem(404);
        }
    }

    private static JsonNode stats(RunningGateway gateway) throws Exception {
        try (RawClient client = RawClient.to(gateway)) {
            return client.get("/console/stats").readReply().json();
        }
    }
}
