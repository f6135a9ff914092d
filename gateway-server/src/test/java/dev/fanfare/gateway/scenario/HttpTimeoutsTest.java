package dev.fanfare.gateway.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.gateway.boot.RunningGateway;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Clients that take too long. The clients' own patience is 15 s, so a connection left open fails the test. */
class HttpTimeoutsTest {
    private static final String[] IMPATIENT = {
        "ticker.source=off", "http.request-timeout=1s", "http.keep-alive-timeout=1s"
    };

    @RegisterExtension
    static final Gateways gateways = new Gateways();

    @Test
    void aConnectionOnWhichNothingComesIsClosed() throws Exception {
        RunningGateway gateway = gateways.start(IMPATIENT);
        try (RawClient client = RawClient.to(gateway)) {
            client.readReply().problem(408);
            assertThat(client.readToEnd()).isEmpty();
        }
        await().atMost(Meters.PATIENCE)
                .untilAsserted(
                        () -> assertThat(Meters.of(gateway)).containsEntry("gateway_request_timeouts_total", 1.0));
    }

    @Test
    void aRequestThatTricklesInIsCutHoweverSteadilyItTrickles() throws Exception {
        RunningGateway gateway = gateways.start(IMPATIENT);
        try (RawClient client = RawClient.to(gateway)) {
            trickle(client, "GET /health/live HTTP/1.1\r\nHost: x\r\nX: ");
        }
        assertThat(Meters.of(gateway)).containsEntry("gateway_request_timeouts_total", 1.0);
    }

    @Test
    void aBodyThatTricklesInIsCut() throws Exception {
        RunningGateway gateway = gateways.start(IMPATIENT);
        try (RawClient client = RawClient.to(gateway)) {
            client.send("POST /api/bulk HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\nhello");
            client.readReply().problem(408);
            assertThat(client.readToEnd()).isEmpty();
        }
    }

    @Test
    void anIdleConnectionIsClosedWithoutAWordThatCouldBeTakenForAnAnswer() throws Exception {
        RunningGateway gateway = gateways.start(IMPATIENT);
        try (RawClient client = RawClient.to(gateway)) {
            assertThat(client.get("/health/live").readReply().status()).isEqualTo(200);
            assertThat(client.readToEnd()).isEmpty();
        }
        assertThat(Meters.of(gateway)).containsEntry("gateway_request_timeouts_total", 0.0);
    }

    @Test
    void theSecondRequestOfAConnectionMayNotTakeLongerThanTheFirst() throws Exception {
        RunningGateway gateway =
                gateways.start("ticker.source=off", "http.request-timeout=1s", "http.keep-alive-timeout=1h");
        try (RawClient client = RawClient.to(gateway)) {
            assertThat(client.get("/health/live").readReply().status()).isEqualTo(200);
            client.send("GET /hea");
            client.readReply().problem(408);
            assertThat(client.readToEnd()).isEmpty();
        }
    }

    @Test
    void aClientThatDoesNotCloseAfterTheLastAnswerIsCut() throws Exception {
        RunningGateway gateway = gateways.start(IMPATIENT);
        try (RawClient client = RawClient.to(gateway)) {
            client.send("garbage\r\n\r\n").readReply().problem(400);
            trickle(client, "");
        }
    }

    @Test
    void aStreamOutlivesTheTimeoutsOfRequests() throws Exception {
        RunningGateway gateway = gateways.start("http.request-timeout=1s", "http.keep-alive-timeout=1s");
        try (SseStream sse = SseStream.open(gateway);
                WsStream ws = WsStream.open(gateway)) {
            long begin = sse.nextTick().get("ts").asLong();
            while (sse.nextTick().get("ts").asLong() < begin + 2_000) {
                assertThat(ws.nextSeq()).isPositive();
            }
        }
    }

    /** Sends {@code begin} and then a byte now and then; ends when writing fails because the gateway has closed. */
    private static void trickle(RawClient client, String begin) throws IOException {
        client.send(begin);
        await().atMost(Meters.PATIENCE).pollInterval(Duration.ofMillis(50)).until(() -> {
            try {
                client.send("x");
                return false;
            } catch (IOException closed) {
                return true;
            }
        });
    }
}
