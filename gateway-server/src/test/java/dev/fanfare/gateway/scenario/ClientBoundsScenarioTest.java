package dev.fanfare.gateway.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.gateway.boot.RunningGateway;
import java.io.IOException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One client says too much. */
class ClientBoundsScenarioTest {
    private static final int POLICY_VIOLATION = 1008;

    @RegisterExtension
    static final Gateways gateways = new Gateways();

    @Test
    void aRequestHasSoManyHeaderFieldsAndNoMore() throws Exception {
        RunningGateway gateway = gateways.start("ticker.source=off", "http.max-header-count=20");
        try (RawClient fine = RawClient.to(gateway);
                RawClient tooMany = RawClient.to(gateway);
                RawClient unfinished = RawClient.to(gateway);
                RawClient trailers = RawClient.to(gateway)) {
            assertThat(fine.get("/health/live", fields(19)).readReply().status())
                    .isEqualTo(200);
            assertThat(tooMany.get("/health/live", fields(20)).readReply().problem(431))
                    .contains("at most 20 header fields");
            assertThat(tooMany.readToEnd()).isEmpty();
            unfinished.send("GET / HTTP/1.1\r\n" + String.join("\r\n", fields(30)) + "\r\n");
            unfinished.readReply().problem(431);
            trailers.send(RawClient.request("POST", "/api/info", "Transfer-Encoding: chunked") + "0\r\n"
                    + String.join("\r\n", fields(30)) + "\r\n\r\n");
            trailers.readReply().problem(400);
            assertThat(reached(gateway, "header_count")).isEqualTo(2);
        }
    }

    @Test
    void aQueryHasSoManyParametersAndNoMore() throws Exception {
        RunningGateway gateway = gateways.start("ticker.source=off", "http.max-query-parameters=5");
        try (RawClient fine = RawClient.to(gateway);
                RawClient tooMany = RawClient.to(gateway);
                RawClient semicolons = RawClient.to(gateway)) {
            assertThat(fine.get("/health/live?a=1&b=2&c=3&d=4&e=5").readReply().status())
                    .isEqualTo(200);
            assertThat(tooMany.get("/health/live?a=1&b=2&c=3&d=4&e=5&f=6")
                            .readReply()
                            .problem(400))
                    .contains("at most 5 parameters");
            semicolons.get("/sse?;;;;;").readReply().problem(400);
            assertThat(reached(gateway, "query_parameters")).isEqualTo(2);
        }
    }

    @Test
    void whatIsTooLongIsCounted() throws Exception {
        RunningGateway gateway =
                gateways.start("ticker.source=off", "http.max-request-line=256B", "http.max-headers=512B");
        try (RawClient line = RawClient.to(gateway);
                RawClient headers = RawClient.to(gateway);
                RawClient body = RawClient.to(gateway)) {
            line.get("/" + "x".repeat(300)).readReply().problem(414);
            headers.get("/", "X: " + "x".repeat(600)).readReply().problem(431);
            body.send(RawClient.request("POST", "/api/info", "Content-Length: 5000000"))
                    .readReply()
                    .problem(413);
            assertThat(reached(gateway, "request_line")).isEqualTo(1);
            assertThat(reached(gateway, "headers")).isEqualTo(1);
            assertThat(reached(gateway, "body")).isEqualTo(1);
        }
    }

    @Test
    void aWebSocketClientThatSendsTooManyFramesIsToldAndClosed() throws Exception {
        RunningGateway gateway = gateways.start("ticker.source=off", "websocket.max-frame-rate=10");
        try (WsStream ws = WsStream.open(gateway)) {
            for (int i = 0; i < 20; i++) {
                ws.send(WsStream.frame(WsStream.FIN | WsStream.PING));
            }
            WsStream.Frame close = ws.next(WsStream.CLOSE);
            assertThat(close.closeCode()).isEqualTo(POLICY_VIOLATION);
            assertThat(close.text()).endsWith("more than 10 frames per second");
        }
        Meters.awaitClosed(gateway, "flood", 1);
    }

    @Test
    void aWebSocketClientThatSendsTooManyBytesIsToldAndClosed() throws Exception {
        RunningGateway gateway = gateways.start("ticker.source=off", "websocket.max-byte-rate=10KiB");
        try (WsStream ws = WsStream.open(gateway)) {
            ws.send(WsStream.frame(WsStream.FIN | WsStream.TEXT, new byte[60_000]));
            ws.send(WsStream.frame(WsStream.FIN | WsStream.TEXT, new byte[1]));
            WsStream.Frame close = ws.next(WsStream.CLOSE);
            assertThat(close.closeCode()).isEqualTo(POLICY_VIOLATION);
            assertThat(close.text()).endsWith("more than 10240 bytes per second");
        }
        Meters.awaitClosed(gateway, "flood", 1);
    }

    @Test
    void aWebSocketClientThatKeepsTheRateMaySendForEver() throws Exception {
        RunningGateway gateway = gateways.start("websocket.max-frame-rate=50", "ticker.interval=40ms");
        try (WsStream ws = WsStream.open(gateway)) {
            for (int i = 0; i < 75; i++) { // 25 a second
                ws.send(WsStream.frame(WsStream.FIN | WsStream.TEXT, (byte) 'x'));
                assertThat(ws.nextSeq()).isPositive();
            }
        }
    }

    @Test
    void anSseClientThatGoesOnTalkingIsClosed() throws Exception {
        RunningGateway gateway = gateways.start("sse.max-client-bytes=1KiB");
        try (SseStream quiet = SseStream.open(gateway);
                SseStream talker = SseStream.open(gateway)) {
            quiet.client().send("x".repeat(1_024));
            assertThat(talker.nextSeq()).isPositive();
            talker.client().send("x".repeat(1_025)).awaitClosed();
            assertThat(quiet.nextSeqs(3)).isSorted();
        }
        Meters.awaitClosed(gateway, "flood", 1);
    }

    private static String[] fields(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "X-" + i + ": y")
                .collect(Collectors.toList())
                .toArray(String[]::new);
    }

    private static double reached(RunningGateway gateway, String limit) throws IOException {
        return Meters.of(gateway).getOrDefault("gateway_limits_reached_total{limit=\"" + limit + "\"}", -1.0);
    }
}
