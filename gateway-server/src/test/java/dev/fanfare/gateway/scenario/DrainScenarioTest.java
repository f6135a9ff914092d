package dev.fanfare.gateway.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fanfare.gateway.boot.RunningGateway;
import java.net.ConnectException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How the gateway lets its clients go. */
class DrainScenarioTest {
    private static final int EACH = 200;

    @RegisterExtension
    static final Gateways gateways = new Gateways();

    @ParameterizedTest
    @MethodSource(Gateways.TRANSPORTS)
    void everyClientIsToldAndTheConnectionsEndProperly(String transport) throws Exception {
        RunningGateway gateway = gateways.start(
                "server.transport=" + transport,
                "drain.rate=1000",
                "drain.timeout=20s",
                "drain.reconnect-spread=1h",
                "websocket.close-timeout=1h"); // those who do not answer yet must not hold up the others
        List<SseStream> sse = new ArrayList<>();
        List<WsStream> ws = new ArrayList<>();
        for (int i = 0; i < EACH; i++) {
            sse.add(gateways.closing(SseStream.open(gateway)));
            ws.add(gateways.closing(WsStream.open(gateway)));
        }
        long begin = System.nanoTime();
        CompletableFuture<Void> drain = CompletableFuture.runAsync(gateway::drain);
        Set<String> retries = new HashSet<>();
        for (SseStream stream : sse) {
            List<List<String>> rest = stream.readToEnd();
            List<String> last = rest.get(rest.size() - 1);
            assertThat(last).singleElement().asString().startsWith("retry: ");
            retries.add(last.get(0));
        }
        for (WsStream stream : ws) {
            assertThat(stream.next(WsStream.CLOSE).closeCode()).isEqualTo(1001);
            stream.send(WsStream.closeFrame(1001));
            assertThat(stream.client().readToEnd())
                    .as("after both close frames")
                    .isEmpty();
        }
        drain.get(20, TimeUnit.SECONDS);
        assertThat(retries).as("different times to come back").hasSizeGreaterThan(EACH / 2);
        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin))
                .as("milliseconds for 400 connections at 1000 per second")
                .isGreaterThan(250);
    }

    @Test
    void duringTheNoticeTheGatewayIsNotReadyButStillTakesStreams() throws Exception {
        RunningGateway gateway = gateways.start("drain.notice=3s", "drain.timeout=20s", "ticker.interval=50ms");
        try (RawClient health = RawClient.to(gateway)) {
            CompletableFuture<Void> drain = CompletableFuture.runAsync(gateway::drain);
            await().atMost(Meters.PATIENCE)
                    .untilAsserted(() -> assertThat(
                                    health.get("/health/ready").readReply().status())
                            .isEqualTo(503));
            try (SseStream stillTaken = SseStream.open(gateway)) {
                assertThat(stillTaken.nextSeq()).isPositive();
            }
            assertThat(health.get("/health/live").readReply().status()).isEqualTo(200);
            drain.get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void whileDrainingTheGatewayIsNotReadyAndTakesNoNewStream() throws Exception {
        RunningGateway gateway = gateways.start("drain.timeout=20s", "websocket.close-timeout=2s");
        try (RawClient health = RawClient.to(gateway);
                RawClient stats = RawClient.to(gateway);
                RawClient late = RawClient.to(gateway);
                RawClient lateWebSocket = RawClient.to(gateway);
                SseStream sse = SseStream.open(gateway);
                WsStream silent = WsStream.open(gateway)) {
            CompletableFuture<Void> drain = CompletableFuture.runAsync(gateway::drain);
            sse.readToEnd(); // it was told, so the drain is under way; it lasts as long as the WebSocket is silent

            Reply ready = health.get("/health/ready").readReply();
            assertThat(ready.status()).isEqualTo(503);
            assertThat(ready.json().get("status").asText()).isEqualTo("draining");
            assertThat(ready.header("connection")).isEqualTo("close");
            assertThat(stats.get("/console/stats")
                            .readReply()
                            .json()
                            .get("draining")
                            .asBoolean())
                    .isTrue();

            Reply comeBack = late.get("/sse").readReply(); // not an error: an EventSource would give up for good
            assertThat(comeBack.status()).isEqualTo(200);
            assertThat(comeBack.header("content-type")).isEqualTo("text/event-stream; charset=utf-8");
            assertThat(comeBack.body()).startsWith("retry: ").endsWith("\n\n");
            assertThat(late.readToEnd()).isEmpty();
            Reply refused = lateWebSocket.send(WsStream.HANDSHAKE).readReply();
            assertThat(refused.problem(503)).contains("shutting down");
            assertThat(refused.header("retry-after")).isNotNull();

            assertThat(silent.next(WsStream.CLOSE).closeCode()).isEqualTo(1001);
            silent.client().awaitClosed(); // without an answer
            drain.get(20, TimeUnit.SECONDS);
            assertThatThrownBy(() -> RawClient.to(gateway)).isInstanceOf(ConnectException.class);
        }
    }

    @Test
    void aDrainEndsInTimeAlsoWhenNobodyAnswersOrReads() throws Exception {
        RunningGateway gateway = gateways.start(
                "ticker.interval=10ms", "drain.timeout=2s", "drain.rate=1", "websocket.close-timeout=1h");
        for (int i = 0; i < 20; i++) {
            gateways.closing(SseStream.on(RawClient.withSmallBuffer(gateway).get("/sse")));
            gateways.closing(WsStream.on(RawClient.withSmallBuffer(gateway).send(WsStream.HANDSHAKE)));
        }
        CompletableFuture.runAsync(gateway::drain).get(10, TimeUnit.SECONDS);
    }

    @Test
    void anEmptyGatewayDrainsAtOnce() throws Exception {
        RunningGateway gateway = gateways.start("drain.timeout=1h");
        CompletableFuture.runAsync(gateway::drain).get(10, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @MethodSource(Gateways.TRANSPORTS)
    void closingTheGatewayEndsEveryConnectionHoweverBusyItIs(String transport) throws Exception {
        RunningGateway gateway = gateways.start("server.transport=" + transport, "ticker.interval=10ms");
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            RawClient client = gateways.closing(RawClient.to(gateway));
            clients.add(
                    switch (i % 3) {
                        case 0 -> SseStream.on(client.get("/sse")).client();
                        case 1 -> WsStream.on(client.send(WsStream.HANDSHAKE)).client();
                        default -> client.send(RawClient.request("GET", "/metrics") + "GET /unfinished");
                    });
        }
        gateway.close();
        for (RawClient client : clients) {
            client.awaitClosed();
        }
    }
}
