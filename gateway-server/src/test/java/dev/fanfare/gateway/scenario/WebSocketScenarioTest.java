package dev.fanfare.gateway.scenario;

import static dev.fanfare.gateway.scenario.WsStream.CLOSE;
import static dev.fanfare.gateway.scenario.WsStream.CONTINUATION;
import static dev.fanfare.gateway.scenario.WsStream.FIN;
import static dev.fanfare.gateway.scenario.WsStream.PING;
import static dev.fanfare.gateway.scenario.WsStream.PONG;
import static dev.fanfare.gateway.scenario.WsStream.TEXT;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.gateway.boot.RunningGateway;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebSocketScenarioTest {
    private static final String QUIET = "ticker.source=off";

    @RegisterExtension
    static final Gateways gateways = new Gateways();

    @ParameterizedTest
    @MethodSource(Gateways.TRANSPORTS)
    void aWebSocketClientReceivesEveryTickFromTheFirstItSees(String transport) throws Exception {
        RunningGateway gateway = gateways.start("server.transport=" + transport, "ticker.interval=10ms");
        try (WsStream stream = WsStream.open(gateway)) {
            Meters.assertNoGap(gateway, stream.nextSeqs(50));
        }
    }

    @Test
    void theWebSocketOfTheJdkReceivesTicksAndClosesCleanly() throws Exception {
        RunningGateway gateway = gateways.start();
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        WebSocket socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(URI.create("ws://127.0.0.1:" + gateway.port() + "/ws?token=x"), new Listener(heard))
                .get(10, TimeUnit.SECONDS);
        long first = Reply.parse(heard.poll(10, TimeUnit.SECONDS)).get("seq").asLong();
        assertThat(Reply.parse(heard.poll(10, TimeUnit.SECONDS)).get("seq").asLong())
                .isGreaterThan(first);
        socket.sendClose(WebSocket.NORMAL_CLOSURE, "bye").get(10, TimeUnit.SECONDS);
        String last = heard.poll(10, TimeUnit.SECONDS);
        while (last != null && last.startsWith("{")) {
            last = heard.poll(10, TimeUnit.SECONDS);
        }
        assertThat(last).isEqualTo("closed 1000");
        Meters.awaitConnections(gateway, 0, 0);
    }

    @Test
    void theHandshakeAnswerIsTheOneOfTheRfc() throws Exception {
        try (WsStream stream = WsStream.open(gateways.start(QUIET))) {
            assertThat(stream.head().headers()).containsOnlyKeys("upgrade", "connection", "sec-websocket-accept");
            assertThat(stream.head().header("upgrade")).isEqualTo("websocket");
            assertThat(stream.head().header("connection")).isEqualTo("Upgrade");
            assertThat(stream.head().header("sec-websocket-accept")).isEqualTo("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Sec-WebSocket-Version: 13 | Sec-WebSocket-Version: 8 | 426",
                "Sec-WebSocket-Version: 13 | Sec-WebSocket-Version: 14, 13 | 426",
                "Sec-WebSocket-Version: 13 | X: y | 426",
                "Upgrade: websocket | X: y | 426",
                "Upgrade: websocket | Upgrade: h2c | 426",
                "Connection: Upgrade | Connection: keep-alive | 426",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ== | X: y | 400",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ== | Sec-WebSocket-Key: short | 400",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ== | Sec-WebSocket-Key: !!!!IHNhbXBsZSBub25jZQ== | 400",
                "Host: localhost | X: y | 400",
                "HTTP/1.1 | HTTP/1.0 | 400",
                "GET | POST | 405",
                "GET | HEAD | 405",
            })
    void aHandshakeThatIsWrongInOnePointIsRefused(String right, String wrong, int status) throws Exception {
        RunningGateway gateway = gateways.start(QUIET);
        try (RawClient client = RawClient.to(gateway).send(WsStream.HANDSHAKE.replace(right, wrong))) {
            if (wrong.equals("HEAD")) {
                assertThat(client.readHead().status()).isEqualTo(status);
                return;
            }
            Reply reply = client.readReply();
            assertThat(reply.problem(status)).isNotBlank();
            if (status == 426) {
                assertThat(reply.header("sec-websocket-version")).isEqualTo("13");
                assertThat(reply.header("upgrade")).isEqualTo("websocket");
                assertThat(reply.header("connection")).isEqualToIgnoringCase("upgrade");
            } else if (status == 405) {
                assertThat(reply.header("allow")).isEqualTo("GET");
            }
        }
    }

    @Test
    void aPlainGetIsToldToUpgradeAndTheConnectionServesOn() throws Exception {
        RunningGateway gateway = gateways.start(QUIET);
        try (RawClient client = RawClient.to(gateway)) {
            Reply reply = client.get("/ws").readReply();
            assertThat(reply.problem(426)).contains("Upgrade: websocket");
            assertThat(reply.header("sec-websocket-version")).isEqualTo("13");
            assertThat(client.get("/health/live").readReply().status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @MethodSource(Gateways.TRANSPORTS)
    void framesInTheSamePacketAsTheHandshakeAreAnsweredAfterIt(String transport) throws Exception {
        RunningGateway gateway = gateways.start("server.transport=" + transport, QUIET);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(WsStream.HANDSHAKE.getBytes(US_ASCII));
        bytes.writeBytes(WsStream.frame(FIN | PING, (byte) 1, (byte) 2));
        bytes.writeBytes(WsStream.closeFrame(1000));
        try (WsStream stream = WsStream.on(RawClient.to(gateway).send(bytes.toByteArray()))) {
            assertThat(stream.next(PONG).payload()).containsExactly(1, 2);
            assertThat(stream.closeCodeAndEnd()).isEqualTo(1000);
        }
        Meters.awaitConnections(gateway, 0, 0);
        Meters.awaitClosed(gateway, "client", 1);
    }

    @ParameterizedTest
    @MethodSource(Gateways.TRANSPORTS)
    void aHandshakeAndFramesThatComeByteByByteAreUnderstood(String transport) throws Exception {
        RunningGateway gateway = gateways.start("server.transport=" + transport, QUIET);
        try (WsStream stream = WsStream.on(RawClient.to(gateway).sendBytewise(WsStream.HANDSHAKE.getBytes(US_ASCII)))) {
            stream.client().sendBytewise(WsStream.frame(FIN | TEXT, new byte[300]));
            stream.client().sendBytewise(WsStream.frame(TEXT, "fr\u00e4".getBytes(UTF_8)));
            stream.client().sendBytewise(WsStream.frame(FIN | PING, new byte[125]));
            stream.client().sendBytewise(WsStream.frame(FIN | CONTINUATION, "gment".getBytes(UTF_8)));
            assertThat(stream.next(PONG).payload()).hasSize(125);
            stream.client().sendBytewise(WsStream.closeFrame(1000));
            assertThat(stream.closeCodeAndEnd()).isEqualTo(1000);
        }
    }

    @Test
    void aPingIsAnsweredWithItsPayload() throws Exception {
        try (WsStream stream = WsStream.open(gateways.start())) {
            stream.send(WsStream.frame(FIN | PING)).send(WsStream.frame(FIN | PING, "are you there?".getBytes(UTF_8)));
            assertThat(stream.next(PONG).payload()).isEmpty();
            assertThat(stream.next(PONG).text()).isEqualTo("are you there?");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, 1001, 1003, 1011, 3000, 4999})
    void aCloseIsAnsweredWithItsCodeAndTheConnectionEnds(int code) throws Exception {
        RunningGateway gateway = gateways.start(QUIET);
        try (WsStream stream = WsStream.open(gateway)) {
            stream.send(WsStream.closeFrame(code));
            assertThat(stream.closeCodeAndEnd()).isEqualTo(code);
        }
        Meters.awaitClosed(gateway, "client", 1);
    }

    @Test
    void aCloseWithoutACodeIsAnsweredToo() throws Exception {
        try (WsStream stream = WsStream.open(gateways.start(QUIET))) {
            stream.send(WsStream.frame(FIN | CLOSE));
            assertThat(stream.closeCodeAndEnd()).isIn(1000, -1);
        }
    }

    @Test
    void aClientThatAnswersPingsStaysAndOneThatDoesNotIsClosed() throws Exception {
        RunningGateway gateway = gateways.start(QUIET, "websocket.ping-interval=1s", "websocket.pong-timeout=2s");
        try (WsStream silent = WsStream.open(gateway);
                WsStream living = WsStream.open(gateway)) {
            for (int i = 0; i < 4; i++) {
                assertThat(living.next().opcode()).isEqualTo(PING);
                living.send(WsStream.frame(FIN | PONG));
            }
            silent.client().awaitClosed();
            Meters.awaitClosed(gateway, "no_pong", 1);
            Meters.awaitConnections(gateway, 0, 1);
        }
    }

    @Test
    void aPingFloodWithoutReadingDoesNotFillTheMemory() throws Exception {
        RunningGateway gateway = gateways.start("ticker.interval=100ms", "slow-consumer.stall-timeout=2s");
        try (WsStream stream = WsStream.on(RawClient.withSmallBuffer(gateway).send(WsStream.HANDSHAKE));
                WsStream other = WsStream.open(gateway)) {
            ByteArrayOutputStream many = new ByteArrayOutputStream();
            for (int i = 0; i < 500; i++) {
                many.writeBytes(WsStream.frame(FIN | PING, new byte[125]));
            }
            byte[] pings = many.toByteArray();
            try {
                for (int i = 0; i < 400; i++) { // 25 MB of pings
                    stream.send(pings);
                }
            } catch (SocketTimeoutException full) {
                throw new AssertionError("the gateway stopped reading", full);
            } catch (IOException cut) {
                assertThat(cut).hasMessageMatching("(?i).*(reset|broken pipe).*");
            }
            assertThat(Meters.of(gateway).get("gateway_pending_bytes")).isLessThan(1_000_000);
            assertThat(other.nextSeq()).isPositive();
        }
        Meters.awaitConnections(gateway, 0, 0);
    }

    @Test
    void aClientThatFloodsMessagesIsServedOn() throws Exception {
        RunningGateway gateway = gateways.start("ticker.interval=20ms");
        try (WsStream stream = WsStream.open(gateway)) {
            byte[] message = WsStream.frame(FIN | TEXT, "x".repeat(10_000).getBytes(US_ASCII));
            for (int i = 0; i < 40; i++) {
                stream.send(message);
                assertThat(stream.nextSeq()).isPositive();
            }
        }
    }

    private record Listener(BlockingQueue<String> heard) implements WebSocket.Listener {
        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            heard.add(data.toString());
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            heard.add("closed " + code);
            return null;
        }
    }
}
