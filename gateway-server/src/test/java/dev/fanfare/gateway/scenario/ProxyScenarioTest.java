package dev.fanfare.gateway.scenario;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.gateway.address.Literal;
import dev.fanfare.gateway.boot.RunningGateway;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** 127.0.0.1 is a trusted proxy here, 127.0.0.2 is not. */
class ProxyScenarioTest {
    @RegisterExtension
    static final Gateways gateways = new Gateways();

    private static final String STRANGER = "127.0.0.2";
    private static final String TRUSTED = "proxy.trusted=127.0.0.1";
    private static final String SPEAKS = "proxy.protocol=on";
    private static final String V1 = "PROXY TCP4 192.0.2.7 127.0.0.1 4711 8080\r\n";
    private static final String UNSPOKEN = "does not speak the PROXY protocol";

    @ParameterizedTest
    @MethodSource(Gateways.TRANSPORTS)
    void theHeaderOfEitherVersionNamesTheClient(String transport) throws Exception {
        RunningGateway gateway = gateways.start(TRUSTED, SPEAKS, "server.transport=" + transport);
        try (RawClient one = RawClient.to(gateway);
                RawClient two = RawClient.to(gateway);
                RawClient six = RawClient.to(gateway)) {
            one.send(V1 + RawClient.request("GET", "/health/live"));
            assertThat(one.readReply().status()).isEqualTo(200);
            assertThat(infoStatus(one)).as("the API is for this machine only").isEqualTo(403);
            two.send(v2(1, "192.0.2.7", "127.0.0.1"));
            assertThat(infoStatus(two)).isEqualTo(403);
            six.sendBytewise(v2(1, "2001:db8::7", "::1"));
            assertThat(infoStatus(six)).isEqualTo(403);
        }
        try (RawClient here = RawClient.to(gateway)) {
            here.send("PROXY TCP6 ::1 ::1 4711 8080\r\n");
            assertThat(infoStatus(here)).as("and a proxy may speak for it").isEqualTo(200);
        }
    }

    @Test
    void streamsOfBothKindsBeginBehindAHeader() throws Exception {
        RunningGateway gateway = gateways.start(TRUSTED, SPEAKS);
        try (SseStream sse = SseStream.on(RawClient.to(gateway).send(V1 + RawClient.request("GET", "/sse")));
                WsStream ws = WsStream.on(RawClient.to(gateway).send(V1 + WsStream.HANDSHAKE))) {
            assertThat(sse.nextSeq()).isPositive();
            assertThat(ws.nextSeq()).isPositive();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"LOCAL", "UNSPEC", "v1 UNKNOWN"})
    void aProxyThatSpeaksForItselfKeepsItsAddress(String what) throws Exception {
        RunningGateway gateway = gateways.start(TRUSTED, SPEAKS);
        try (RawClient proxy = RawClient.to(gateway)) {
            proxy.send(
                    switch (what) {
                        case "LOCAL" -> v2(0, "192.0.2.7", "127.0.0.1");
                        case "UNSPEC" -> v2Head(1, 0, 0);
                        default -> "PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n".getBytes(US_ASCII);
                    });
            assertThat(infoStatus(proxy)).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n",
                "PROXY TCP4 example.com 127.0.0.1 1 2\r\n",
                "PROXY TCP4 192.0.2.7 127.0.0.1 1\r\n",
                "PROXY TCP4 192.0.2.7 127.0.0.1 1 99999\r\n",
                "PROXY TCP5 192.0.2.7 127.0.0.1 1 2\r\n",
                "PROXY TCP4 192.0.2.7 127.0.0.1 1 2 and then nothing that would end this line, however long it may become, and it does\n",
                "\r\n\r\n\0\r\nQUIT\n1!\0\0"
            })
    void aTrustedProxyThatSendsSomethingElseIsClosedAndCounted(String garbage) throws Exception {
        gateways.expectWarning(UNSPOKEN);
        RunningGateway gateway = gateways.start(TRUSTED, SPEAKS);
        try (RawClient proxy = RawClient.to(gateway)) {
            proxy.send(garbage).awaitClosed();
        }
        assertThat(reached(gateway, "proxy_header")).isEqualTo(1);
    }

    @Test
    void anEndlessHeaderIsNotWaitedFor() throws Exception {
        gateways.expectWarning(UNSPOKEN);
        RunningGateway gateway = gateways.start(TRUSTED, SPEAKS);
        try (RawClient proxy = RawClient.to(gateway)) {
            proxy.send(v2Head(1, 0x11, 0xffff)).send(new byte[8_192]).awaitClosed();
        }
        assertThat(reached(gateway, "proxy_header")).isEqualTo(1);
    }

    @Test
    void aTrustedProxyThatSendsNothingInTimeIsClosedAndCounted() throws Exception {
        gateways.expectWarning(UNSPOKEN);
        RunningGateway gateway = gateways.start(TRUSTED, SPEAKS, "proxy.header-timeout=1s");
        try (RawClient silent = RawClient.to(gateway);
                RawClient slow = RawClient.to(gateway)) {
            slow.send("PROXY TCP4 ");
            silent.awaitClosed();
            slow.awaitClosed();
        }
        assertThat(reached(gateway, "proxy_timeout")).isEqualTo(2);
    }

    @Test
    void fromAnybodyElseAHeaderIsAnErrorOfHttp() throws Exception {
        RunningGateway gateway = gateways.start(TRUSTED, SPEAKS);
        try (RawClient plain = RawClient.from(STRANGER, gateway);
                RawClient liar = RawClient.from(STRANGER, gateway);
                RawClient binary = RawClient.from(STRANGER, gateway)) {
            assertThat(plain.get("/health/live").readReply().status()).isEqualTo(200);
            liar.send(V1 + RawClient.request("GET", "/health/live")).readReply().problem(400);
            binary.send(v2(1, "127.0.0.1", "127.0.0.1"))
                    .send(RawClient.request("GET", "/health/live"))
                    .readReply()
                    .problem(400);
        }
        RunningGateway off = gateways.start(TRUSTED);
        try (RawClient proxy = RawClient.to(off)) {
            proxy.send(V1 + RawClient.request("GET", "/health/live"))
                    .readReply()
                    .problem(400);
        }
    }

    @Test
    void whomAProxyNamesIsCountedAndNotTheProxy() throws Exception {
        gateways.expectWarning("192.0.2.7 has as many connections as it may");
        RunningGateway gateway =
                gateways.start(TRUSTED, SPEAKS, "limits.max-connections-per-address=1", "limits.exempt-addresses=none");
        String other = V1.replace("192.0.2.7", "192.0.2.8");
        try (SseStream first = SseStream.on(RawClient.to(gateway).send(V1 + RawClient.request("GET", "/sse")));
                RawClient second = RawClient.to(gateway).send(V1 + RawClient.request("GET", "/sse"));
                SseStream third = SseStream.on(RawClient.to(gateway).send(other + RawClient.request("GET", "/sse")))) {
            assertThat(second.readReply().problem(503)).contains("this address");
            assertThat(first.nextSeq()).isPositive();
            assertThat(third.nextSeq()).isPositive();
        }
    }

    @Test
    void streamsThroughATrustedProxyAreCountedByWhomItsHeaderFieldNames() throws Exception {
        gateways.expectWarning("192.0.2.7 has as many connections as it may");
        RunningGateway gateway =
                gateways.start(TRUSTED, "limits.max-connections-per-address=1", "limits.exempt-addresses=none");
        String seven = "X-Forwarded-For: 6.6.6.6, 192.0.2.7";
        try (SseStream first = SseStream.open(gateway, seven);
                RawClient second = RawClient.to(gateway).get("/sse", seven);
                SseStream third = SseStream.open(gateway, "X-Forwarded-For: 192.0.2.8");
                RawClient stranger = RawClient.from(STRANGER, gateway)) {
            assertThat(second.readReply().problem(503)).contains("this address");
            assertThat(third.nextSeq()).isPositive();
            String lie = "X-Forwarded-For: 192.0.2.9";
            assertThat(stranger.get("/sse", lie).readHead().status()).isEqualTo(200);
            gateways.expectWarning(STRANGER);
            try (RawClient again = RawClient.from(STRANGER, gateway)) {
                again.get("/sse", lie).readReply().problem(503);
            }
            assertThat(first.nextSeq()).isPositive();
        }
    }

    @Test
    void whatATrustedProxySaysUnreadablyIsCounted() throws Exception {
        RunningGateway gateway = gateways.start(TRUSTED, "proxy.forwarded=forwarded");
        try (RawClient proxy = RawClient.to(gateway)) {
            assertThat(proxy.get("/sse", "Forwarded: for=\"").readHead().status())
                    .isEqualTo(200);
        }
        assertThat(reached(gateway, "forwarded")).isEqualTo(1);
    }

    private static int infoStatus(RawClient client) throws IOException {
        return client.send(RawClient.request("POST", "/api/info", "Content-Length: 2") + "{}")
                .readReply()
                .status();
    }

    private static double reached(RunningGateway gateway, String limit) throws IOException {
        try (RawClient client = RawClient.from(STRANGER, gateway)) {
            return Meters.read(client).getOrDefault("gateway_limits_reached_total{limit=\"" + limit + "\"}", -1.0);
        }
    }

    /** A header of version 2 with an extra of three bytes. */
    private static byte[] v2(int command, String source, String destination) {
        byte[] from = bytes(source);
        byte[] to = bytes(destination);
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        header.writeBytes(v2Head(command, from.length == 4 ? 0x11 : 0x21, from.length + to.length + 4 + 6));
        header.writeBytes(from);
        header.writeBytes(to);
        header.writeBytes(new byte[] {0x12, 0x67, 0x1f, (byte) 0x90});
        header.writeBytes(new byte[] {0x04, 0, 3, 1, 2, 3}); // PP2_TYPE_NOOP
        return header.toByteArray();
    }

    private static byte[] bytes(String address) {
        return Objects.requireNonNull(Literal.parse(address)).getAddress();
    }

    private static byte[] v2Head(int command, int family, int length) {
        return ByteBuffer.allocate(16)
                .put("\r\n\r\n\0\r\nQUIT\n".getBytes(US_ASCII))
                .put((byte) (0x20 | command))
                .put((byte) family)
                .putShort((short) length)
                .array();
    }
}
