package dev.fanfare.gateway.scenario;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.gateway.boot.RunningGateway;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SseScenarioTest {
    private static final String[] QUIET = {"ticker.source=off"};

    @RegisterExtension
    static final Gateways gateways = new Gateways();

    @ParameterizedTest
    @MethodSource(Gateways.TRANSPORTS)
    void anSseClientReceivesEveryTickFromTheFirstItSees(String transport) throws Exception {
        RunningGateway gateway = gateways.start("server.transport=" + transport, "ticker.interval=10ms");
        try (SseStream stream = SseStream.open(gateway)) {
            Meters.assertNoGap(gateway, stream.nextSeqs(50));
        }
    }

    @Test
    void theResponseHeadIsWhatAnEventSourceAndAProxyNeed() throws Exception {
        RunningGateway gateway = gateways.start(QUIET);
        try (SseStream stream = SseStream.open(gateway)) {
            Reply head = stream.head();
            assertThat(head.version()).isEqualTo("HTTP/1.1");
            assertThat(head.headers())
                    .containsOnlyKeys(
                            "content-type",
                            "cache-control",
                            "x-accel-buffering",
                            "x-content-type-options",
                            "referrer-policy",
                            "vary",
                            "connection",
                            "transfer-encoding");
            assertThat(head.header("content-type")).isEqualTo("text/event-stream; charset=utf-8");
            assertThat(head.header("cache-control")).isEqualTo("no-store, no-transform");
            assertThat(head.header("x-accel-buffering")).isEqualTo("no");
            assertThat(head.header("connection")).isEqualTo("keep-alive");
        }
    }

    @Test
    void aCommentAndTheRetryTimeComeAtOnceWithoutAnyTick() throws Exception {
        RunningGateway gateway = gateways.start("ticker.source=off", "sse.retry=1234ms");
        try (SseStream stream = SseStream.open(gateway)) {
            assertThat(stream.nextBlock()).singleElement().asString().startsWith(": ");
            assertThat(stream.nextBlock()).containsExactly("retry: 1234");
        }
    }

    @Test
    void aQuietStreamCarriesHeartbeatComments() throws Exception {
        RunningGateway gateway = gateways.start("ticker.source=off", "sse.heartbeat=1s");
        try (SseStream stream = SseStream.open(gateway)) {
            stream.nextBlock();
            stream.nextBlock();
            assertThat(stream.nextBlock()).singleElement(as(STRING)).startsWith("id: "); // where it stands
            assertThat(stream.nextBlock()).containsExactly(": heartbeat");
            assertThat(stream.nextBlock()).containsExactly(": heartbeat");
        }
    }

    @Test
    void aTickIsTheSameJsonOverBothTransports() throws Exception {
        RunningGateway gateway = gateways.start("ticker.interval=20ms");
        try (SseStream sse = SseStream.open(gateway);
                WsStream ws = WsStream.open(gateway)) {
            Map<Long, JsonNode> bySeq = new HashMap<>();
            for (int i = 0; i < 20; i++) {
                JsonNode tick = sse.nextTick();
                bySeq.put(tick.get("seq").asLong(), tick);
            }
            JsonNode other = ws.nextTick();
            while (!bySeq.containsKey(other.get("seq").asLong())) {
                other = ws.nextTick();
            }
            assertThat(other).isEqualTo(bySeq.get(other.get("seq").asLong()));
            assertThat(other.get("ts").asLong()).isPositive();
            assertThat(other.get("quotes"))
                    .isNotEmpty()
                    .allSatisfy(quote -> assertThat(quote.fieldNames())
                            .toIterable()
                            .containsExactly("symbol", "price", "change", "volume"));
        }
    }

    @ParameterizedTest
    @MethodSource(Gateways.TRANSPORTS)
    void anHttp10ClientGetsAPlainStreamThatEndsWithTheConnection(String transport) throws Exception {
        RunningGateway gateway = gateways.start("server.transport=" + transport, "ticker.interval=10ms");
        try (SseStream stream = SseStream.on(RawClient.to(gateway).send("GET /sse HTTP/1.0\r\n\r\n"))) {
            assertThat(stream.head().version()).isEqualTo("HTTP/1.0");
            assertThat(stream.head().headers()).doesNotContainKey("transfer-encoding");
            assertThat(stream.head().header("connection")).isEqualTo("close");
            Meters.assertNoGap(gateway, stream.nextSeqs(5));
            gateway.drain();
            List<List<String>> rest = stream.readToEnd();
            assertThat(rest.get(rest.size() - 1)).singleElement().asString().startsWith("retry: ");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/sse?b=7&a=zz",
                "/sse?",
                "/%73se",
                "http://test/sse",
                "HTTP://user@test:80/sse?x=y",
                "/sse?a=/ws"
            })
    void anyWayToWriteThePathOfTheStreamIsUnderstood(String target) throws Exception {
        RunningGateway gateway = gateways.start();
        try (SseStream stream = SseStream.on(RawClient.to(gateway).get(target))) {
            assertThat(stream.nextSeq()).isPositive();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"41", "", "\u00e4\u00f6\u00fc", "0x00; DROP TABLE", "-1"})
    void aLastEventIdThatIsNotOursIsAGapAndTheStreamGoesOn(String id) throws Exception {
        RunningGateway gateway = gateways.start();
        AtomicInteger gaps = new AtomicInteger();
        try (SseStream stream = SseStream.open(gateway, "Last-Event-ID: " + id)) {
            assertThat(stream.nextSeq(gaps)).isPositive();
        }
        assertThat(gaps).hasValue(id.isEmpty() ? 0 : 1);
    }

    @Test
    void theHttpClientOfTheJdkReadsTheStream() throws Exception {
        RunningGateway gateway = gateways.start("ticker.interval=10ms");
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + "/sse"))
                .build();
        HttpResponse<Stream<String>> response = client.send(request, HttpResponse.BodyHandlers.ofLines());
        assertThat(response.statusCode()).isEqualTo(200);
        List<Long> seqs = new ArrayList<>();
        try (Stream<String> lines = response.body()) {
            lines.filter(line -> line.startsWith("data: "))
                    .limit(5)
                    .forEach(line -> seqs.add(SseStream.seqOf(line.substring(6))));
        }
        assertThat(seqs).hasSize(5);
        Meters.assertNoGap(gateway, seqs);
    }

    @Test
    void whatAClientSendsOnAnSseStreamIsThrownAway() throws Exception {
        RunningGateway gateway = gateways.start("ticker.interval=10ms", "sse.max-client-bytes=1MiB");
        try (SseStream stream = SseStream.open(gateway)) {
            for (int i = 1; i < 30; i++) {
                stream.client().send(RawClient.request("GET", "/metrics")).send(new byte[10_000]);
                assertThat(stream.nextSeq()).isPositive();
            }
        }
    }

    @Test
    void aStreamCanBeAskedForAfterOtherRequestsOnTheSameConnection() throws Exception {
        RunningGateway gateway = gateways.start();
        try (RawClient client = RawClient.to(gateway)) {
            client.send(RawClient.request("GET", "/health/live")
                    + RawClient.request("GET", "/metrics")
                    + RawClient.request("GET", "/sse"));
            assertThat(client.readReply().status()).isEqualTo(200);
            assertThat(client.readReply().status()).isEqualTo(200);
            assertThat(SseStream.on(client).nextSeq()).isPositive();
        }
    }

    @ParameterizedTest
    @MethodSource(Gateways.TRANSPORTS)
    void clientsThatLeaveWhileAStreamRequestWaitsAreNotCountedForever(String transport) throws IOException {
        RunningGateway gateway = gateways.start("server.transport=" + transport);
        for (int i = 0; i < 50; i++) {
            try (RawClient client = RawClient.to(gateway)) {
                client.send(RawClient.request("GET", "/metrics").repeat(5) + RawClient.request("GET", "/sse"));
                client.reset();
            }
        }
        Meters.awaitConnections(gateway, 0, 0);
    }
}
