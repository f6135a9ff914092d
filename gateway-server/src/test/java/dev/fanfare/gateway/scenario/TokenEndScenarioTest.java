package dev.fanfare.gateway.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.gateway.auth.TestToken;
import dev.fanfare.gateway.boot.RunningGateway;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams whose token expires or is revoked, and users with too many streams. */
class TokenEndScenarioTest {
    @RegisterExtension
    static final Gateways gateways = new Gateways();

    private RunningGateway gateway = gateways.start(
            "auth.hmac-secret=" + TestToken.SECRET,
            "auth.clock-skew=0s",
            "auth.expiry-grace=1s",
            "limits.max-connections-per-user=3");

    private final ApiCalls api = new ApiCalls(gateway);

    private static String expiring(int seconds) {
        return TestToken.of("ada")
                .claim("exp", Instant.now().getEpochSecond() + seconds)
                .signed();
    }

    private static TestToken issued(String user, int secondsAgo) {
        return TestToken.of(user).claim("iat", Instant.now().getEpochSecond() - secondsAgo);
    }

    @Test
    void anSseClientIsToldThatItsTokenHasExpiredAndThenTheStreamEnds() throws Exception {
        try (SseStream stream = api.sse("token=" + expiring(2))) {
            List<String> block = stream.nextBlock();
            while (!block.contains("event: expired")) {
                block = stream.nextBlock();
            }
            assertThat(block).containsExactly("event: expired", "data: {\"grace\":1}");
            assertThat(stream.nextSeq()).as("ticks go on meanwhile").isPositive();
            assertThat(stream.readToEnd().stream().flatMap(List::stream)).anyMatch(line -> line.startsWith("retry: "));
        }
        Meters.awaitClosed(gateway, "expired", 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "channels=ticks&"})
    void aWebSocketClientIsToldThatItsTokenHasExpiredAndThenTheStreamEnds(String channels) throws Exception {
        try (WsStream stream = WsStream.open(gateway, "/ws?" + channels + "token=" + expiring(2))) {
            String text = stream.next(WsStream.TEXT).text();
            while (!text.contains("expired")) {
                text = stream.next(WsStream.TEXT).text();
            }
            assertThat(text).isEqualTo("{\"expired\":{\"grace\":1}}");
            assertThat(stream.next(WsStream.TEXT).text())
                    .as("ticks go on meanwhile")
                    .contains("quotes");
            assertThat(stream.next(WsStream.CLOSE).closeCode()).isEqualTo(3005);
            stream.send(WsStream.closeFrame(3005));
        }
        Meters.awaitClosed(gateway, "expired", 1);
    }

    @Test
    void aRevokedTokenEndsItsStreamsAtOnceAndOpensNoNewOnes() throws Exception {
        String revoked = TestToken.of("ada").claim("jti", "t1").signed();
        String other = TestToken.of("ada").claim("jti", "t2").signed();
        try (SseStream sse = api.sse("token=" + revoked);
                WsStream webSocket = WsStream.open(gateway, "/ws?token=" + revoked);
                SseStream stays = api.sse("token=" + other)) {
            sse.nextSeq();
            api.result("revoke", "{\"token_id\":\"t1\"}");

            sse.readToEnd();
            assertThat(webSocket.next(WsStream.CLOSE).closeCode()).isEqualTo(3500);
            webSocket.send(WsStream.closeFrame(3500));
            for (int i = 0; i < 5; i++) {
                stays.nextSeq();
            }
            try (RawClient again = RawClient.to(gateway).get("/sse?token=" + revoked)) {
                assertThat(again.readReply().problem(401)).contains("revoked");
            }
        }
        Meters.awaitClosed(gateway, "revoked", 2);
    }

    @Test
    void theTokensOfAUserAreRevokedUpToAMoment() throws Exception {
        String old = issued("ada", 100).signed();
        String recent = issued("ada", 0).signed();
        try (SseStream ends = api.sse("token=" + old);
                SseStream stays = api.sse("token=" + recent);
                SseStream bob = api.sse("token=" + issued("bob", 100).signed())) {
            api.result(
                    "revoke",
                    "{\"user\":\"ada\",\"issued_before\":%d}"
                            .formatted(Instant.now().getEpochSecond() - 50));
            ends.readToEnd();
            stays.nextSeqs(5);
            bob.nextSeqs(5);

            api.result("revoke", "{\"user\":\"ada\"}");
            stays.readToEnd();
            bob.nextSeqs(5);

            api.result(
                    "revoke", "{\"issued_before\":%d}".formatted(Instant.now().getEpochSecond() - 50));
            bob.readToEnd();
        }
        Meters.awaitClosed(gateway, "revoked", 3);
    }

    @Test
    void aRevocationReachesEveryOneOfManyStreams() throws Exception {
        gateway = gateways.start("auth.hmac-secret=" + TestToken.SECRET, "ticker.source=off");
        List<SseStream> streams = new ArrayList<>();
        String token = issued("ada", 10).signed();
        try {
            for (int i = 0; i < 300; i++) {
                streams.add(SseStream.on(RawClient.to(gateway).get("/sse?token=" + token)));
            }
            new ApiCalls(gateway).result("revoke", "{\"user\":\"ada\"}");
            for (SseStream stream : streams) {
                stream.readToEnd();
            }
        } finally {
            for (SseStream stream : streams) {
                stream.close();
            }
        }
        Meters.awaitClosed(gateway, "revoked", 300);
    }

    @Test
    void allConnectionsOfAUserAreAddressedByItsName() throws Exception {
        String token = TestToken.of("ada").signed();
        try (WsStream one = WsStream.open(gateway, "/ws?channels=a&token=" + token);
                WsStream two = WsStream.open(gateway, "/ws?channels=b&token=" + token);
                WsStream bob = WsStream.open(
                        gateway, "/ws?channels=b&token=" + TestToken.of("bob").signed())) {
            api.result("subscribe", "{\"user\":\"ada\",\"channel\":\"c\"}");
            api.result("publish", "{\"channel\":\"c\",\"data\":1}");
            assertThat(next(one, "data")).contains("\"channel\":\"c\"");
            assertThat(next(two, "data")).contains("\"channel\":\"c\"");

            api.result("unsubscribe", "{\"user\":\"ada\",\"channel\":\"b\"}");
            api.result("publish", "{\"channel\":\"b\",\"data\":2}");
            api.result("publish", "{\"channel\":\"c\",\"data\":3}");
            assertThat(next(two, "data")).contains("\"data\":3");
            assertThat(next(bob, "data")).contains("\"data\":2");

            api.result("disconnect", "{\"user\":\"ada\"}");
            assertThat(one.next(WsStream.CLOSE).closeCode()).isEqualTo(1001);
            assertThat(two.next(WsStream.CLOSE).closeCode()).isEqualTo(1001);
            api.result("publish", "{\"channel\":\"b\",\"data\":4}");
            assertThat(next(bob, "data")).contains("\"data\":4");
            one.send(WsStream.closeFrame(1001));
            two.send(WsStream.closeFrame(1001));
        }
        assertThat(api.error("disconnect", "{}")).startsWith("107").contains("client", "user");
    }

    private static String next(WsStream stream, String member) throws IOException {
        String text = stream.next(WsStream.TEXT).text();
        while (!text.contains("\"" + member + "\"")) {
            text = stream.next(WsStream.TEXT).text();
        }
        return text;
    }

    @Test
    void aUserHasAsManyStreamsAsItMay() throws Exception {
        String token = TestToken.of("ada").signed();
        List<SseStream> streams = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                streams.add(api.sse("token=" + token));
            }
            try (RawClient more = RawClient.to(gateway).get("/sse?token=" + token);
                    RawClient bob = RawClient.to(gateway)
                            .get("/sse?token=" + TestToken.of("bob").signed())) {
                Reply refused = more.readReply();
                assertThat(refused.problem(503)).contains("user");
                assertThat(refused.header("retry-after")).isNotNull();
                assertThat(bob.readHead().status()).isEqualTo(200);
            }
            assertThat(Meters.of(gateway)).containsEntry("gateway_connections_refused_total{reason=\"per_user\"}", 1.0);
            streams.remove(0).close();
            org.awaitility.Awaitility.await().untilAsserted(() -> {
                try (RawClient again = RawClient.to(gateway).get("/sse?token=" + token)) {
                    assertThat(again.readHead().status()).isEqualTo(200);
                }
            });
        } finally {
            for (SseStream stream : streams) {
                stream.close();
            }
        }
    }
}
