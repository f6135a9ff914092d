package dev.fanfare.gateway.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fanfare.gateway.boot.RunningGateway;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What stands on an address of its own. */
class ManagementScenarioTest {
    @TempDir
    Path directory;

    @RegisterExtension
    static final Gateways gateways = new Gateways();

    @ParameterizedTest
    @CsvSource({
        "GET, /metrics",
        "GET, /",
        "GET, /console/stats",
        "GET, /console.js",
        "POST, /api/publish",
        "POST, /api/bulk",
        "POST, /publish/news",
        "POST, /cloudevents",
        "GET, /nothing"
    })
    void thePublicDoesNotFindIt(String method, String path) throws Exception {
        RunningGateway gateway = gateways.start("management.port=0");
        try (RawClient client = RawClient.to(gateway)) {
            Reply reply = client.send(RawClient.request(method, path)).readReply();
            assertThat(reply.problem(404)).endsWith("there is /health/live, /health/ready, /sse, /ws");
        }
    }

    @ParameterizedTest
    @MethodSource(Gateways.TRANSPORTS)
    void thePublicKeepsStreamsAndHealth(String transport) throws Exception {
        RunningGateway gateway = gateways.start("management.port=0", "server.transport=" + transport);
        try (SseStream sse = SseStream.open(gateway);
                WsStream ws = WsStream.open(gateway);
                RawClient client = RawClient.to(gateway)) {
            assertThat(sse.nextSeq()).isPositive();
            assertThat(ws.nextSeq()).isPositive();
            assertThat(client.get("/health/live").readReply().status()).isEqualTo(200);
            assertThat(client.get("/health/ready").readReply().status()).isEqualTo(200);
        }
    }

    @Test
    void whoeverRunsItFindsEverything() throws Exception {
        RunningGateway gateway = gateways.start("management.port=0");
        try (RawClient client = RawClient.to(gateway.managementPort())) {
            for (String path : new String[] {"/metrics", "/", "/console/stats", "/health/ready"}) {
                assertThat(client.get(path).readReply().status()).as(path).isEqualTo(200);
            }
            String body = "{\"a\":1}";
            client.send(RawClient.request("POST", "/publish/news", "Content-Length: " + body.length()) + body);
            assertThat(client.readReply().status()).isEqualTo(200);
        }
        try (SseStream page =
                SseStream.on(RawClient.to(gateway.managementPort()).get("/sse"))) {
            assertThat(page.nextSeq()).isPositive(); // what the page shows
        }
    }

    @Test
    void whatIsPublishedThereReachesThePublic() throws Exception {
        RunningGateway gateway = gateways.start("management.port=0");
        try (RawClient client = RawClient.to(gateway).get("/sse?channels=news");
                RawClient publisher = RawClient.to(gateway.managementPort())) {
            SseStream news = SseStream.on(client);
            assertThat(news.nextPosition()).as("it has subscribed").isNotEmpty();
            publisher.send(RawClient.request("POST", "/publish/news", "Content-Length: 7") + "{\"a\":1}");
            assertThat(publisher.readReply().status()).isEqualTo(200);
            assertThat(news.nextEvent()).contains("data: {\"a\":1}");
        }
    }

    @Test
    void itIsReachedWhenThePublicIsFull() throws Exception {
        RunningGateway gateway = gateways.start("management.port=0", "limits.max-connections=1");
        try (SseStream only = SseStream.open(gateway);
                RawClient second = RawClient.to(gateway)) {
            assertThat(only.nextSeq()).isPositive();
            assertThat(second.get("/sse").readReply().status()).isEqualTo(503);
            assertThat(Meters.of(gateway.managementPort()))
                    .containsEntry("gateway_connections{transport=\"sse\"}", 1.0);
        }
    }

    @Test
    void itIsReachedWhileThePublicIsLetGo() throws Exception {
        RunningGateway gateway = gateways.start("management.port=0", "drain.timeout=20s", "websocket.close-timeout=4s");
        try (WsStream silent = WsStream.open(gateway)) {
            CompletableFuture<Void> drain = CompletableFuture.runAsync(gateway::drain);
            assertThat(silent.next(WsStream.CLOSE).closeCode()).isEqualTo(1001);
            await().atMost(Meters.PATIENCE)
                    .untilAsserted(() ->
                            assertThatThrownBy(() -> RawClient.to(gateway)).isInstanceOf(ConnectException.class));
            try (RawClient client = RawClient.to(gateway.managementPort())) {
                assertThat(client.get("/health/ready").readReply().status()).isEqualTo(503);
            }
            assertThat(Meters.of(gateway.managementPort()))
                    .containsEntry("gateway_connections{transport=\"websocket\"}", 1.0);
            drain.get(20, TimeUnit.SECONDS);
        }
        int port = gateway.managementPort();
        gateway.close();
        assertThatThrownBy(() -> RawClient.to(port)).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void itSpeaksTlsIfAsked(boolean tls) throws Exception {
        TlsFiles files = new TlsFiles(directory);
        RunningGateway gateway =
                gateways.start(files.settings("management.port=0", "management.tls=" + tls, "tls.plain-port=off"));
        HttpClient client = HttpClient.newBuilder().sslContext(files.trusting()).build();
        String root = (tls ? "https" : "http") + "://127.0.0.1:" + gateway.managementPort();
        var metrics = client.send(
                HttpRequest.newBuilder(URI.create(root + "/metrics")).build(), BodyHandlers.ofString());
        assertThat(metrics.statusCode()).isEqualTo(200);
    }

    @Test
    void theProxyProtocolIsForThePublicOnly() throws Exception {
        RunningGateway gateway = gateways.start("management.port=0", "proxy.trusted=loopback", "proxy.protocol=on");
        try (RawClient client = RawClient.to(gateway.managementPort())) {
            assertThat(client.get("/health/live").readReply().status()).isEqualTo(200);
        }
    }
}
