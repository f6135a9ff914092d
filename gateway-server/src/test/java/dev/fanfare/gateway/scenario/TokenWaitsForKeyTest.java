package dev.fanfare.gateway.scenario;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.fanfare.gateway.auth.TestToken;
import dev.fanfare.gateway.boot.RunningGateway;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens whose key must be fetched first: nobody is kept from anything else meanwhile. */
class TokenWaitsForKeyTest {
    @RegisterExtension
    static final Gateways gateways = new Gateways();

    private final CountDownLatch answered = new CountDownLatch(1);
    private final CountDownLatch asked = new CountDownLatch(2);
    private KeyPair keys;
    private HttpServer issuer;

    @BeforeEach
    void issue() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        keys = generator.generateKeyPair();
        issuer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 8);
        issuer.setExecutor(Executors.newCachedThreadPool());
        issuer.createContext("/jwks", exchange -> {
            asked.countDown();
            byte[] body = set("old").getBytes(UTF_8);
            if (asked.getCount() == 0) { // the first time the key is not there yet, the second time it is, but late
                awaitQuietly(answered);
                body = set("new").getBytes(UTF_8);
            }
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        issuer.start();
    }

    @AfterEach
    void stop() {
        answered.countDown();
        issuer.stop(0);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private RunningGateway gateway(String... more) {
        String[] settings = {
            "auth.jwks=http://127.0.0.1:" + issuer.getAddress().getPort() + "/jwks", "auth.jwks-cooldown=100ms"
        };
        String[] all = Arrays.copyOf(settings, settings.length + more.length);
        System.arraycopy(more, 0, all, settings.length, more.length);
        gateways.expectWarning("JwksSource"); // the issuer may end before the gateway
        RunningGateway gateway = gateways.start(all);
        await().until(() -> asked.getCount() < 2);
        await().pollDelay(Duration.ofMillis(600)).until(() -> true); // longer than the cooldown
        return gateway;
    }

    private String set(String id) {
        ECPublicKey key = (ECPublicKey) keys.getPublic();
        return "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"%s\",\"x\":\"%s\",\"y\":\"%s\"}]}"
                .formatted(
                        id,
                        coordinate(key.getW().getAffineX()),
                        coordinate(key.getW().getAffineY()));
    }

    private static String coordinate(BigInteger value) {
        byte[] bytes = new byte[32];
        byte[] given = value.toByteArray();
        int length = Math.min(32, given.length);
        System.arraycopy(given, given.length - length, bytes, 32 - length, length);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private String token() {
        return TestToken.of("ada").header("alg", "ES256").header("kid", "new").signed(this::sign);
    }

    private byte[] sign(byte[] signed) throws GeneralSecurityException {
        Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
        signature.initSign(keys.getPrivate());
        signature.update(signed);
        return signature.sign();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/sse", "/ws"})
    void aStreamBeginsWhenTheKeyHasCome(String path) throws Exception {
        RunningGateway gateway = gateway();
        try (RawClient waiting = RawClient.to(gateway);
                RawClient other = RawClient.to(gateway)) {
            String target = path + "?token=" + token();
            if (path.equals("/sse")) {
                waiting.get(target);
            } else {
                waiting.send(WsStream.HANDSHAKE.replace("GET /ws ", "GET " + target + " "));
            }
            awaitQuietly(asked);
            assertThat(other.get("/health/live").readReply().status()).isEqualTo(200);
            answered.countDown();
            assertThat(waiting.readHead().status()).isEqualTo(path.equals("/sse") ? 200 : 101);
        }
    }

    @Test
    void whoLeavesMeanwhileOpensNothing() throws Exception {
        RunningGateway gateway = gateway();
        try (RawClient leaving = RawClient.to(gateway)) {
            leaving.get("/sse?token=" + token());
            awaitQuietly(asked);
        }
        answered.countDown();
        try (RawClient next = RawClient.to(gateway).get("/sse?token=" + token())) {
            assertThat(next.readHead().status()).isEqualTo(200);
        }
        await().untilAsserted(() -> {
            Map<String, Double> meters = Meters.of(gateway);
            assertThat(Meters.sum(meters, "gateway_connections")).isZero();
            assertThat(Meters.sum(meters, "gateway_connections_opened_total")).isEqualTo(1.0);
        });
    }

    @Test
    void theDeadlineOfTheRequestHolds() throws Exception {
        RunningGateway gateway = gateway("http.request-timeout=1s");
        long begin = System.nanoTime();
        try (RawClient waiting = RawClient.to(gateway).get("/sse?token=" + token())) {
            waiting.awaitClosed();
            assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin)).isBetween(900L, 4_500L);
        }
    }

    @Test
    void theRestOfALongBodyIsNotReadWhenItIsKnownThatItsCallerMayNot() throws Exception {
        RunningGateway gateway = gateway();
        String forged = token().substring(0, token().length() - 8) + "AAAAAAAA";
        try (RawClient caller = RawClient.to(gateway)) {
            caller.send(
                    RawClient.request("POST", "/api/bulk", "Authorization: Bearer " + forged, "Content-Length: 1000000")
                            + "x".repeat(10_000));
            awaitQuietly(asked);
            answered.countDown();
            assertThat(caller.readReply().problem(401)).contains("signature");
        }
        await().untilAsserted(() -> assertThat(Meters.of(gateway)).containsEntry("gateway_request_body_bytes", 0.0));
    }

    @Test
    void aLongBodyComesWhileTheKeyIsFetched() throws Exception {
        RunningGateway gateway = gateway("namespaces.open.publish=anyone");
        try (RawClient caller = RawClient.to(gateway)) {
            String body = "{\"channel\":\"open:a\",\"data\":\"%s\"}".formatted("x".repeat(20_000));
            caller.send(RawClient.request(
                            "POST",
                            "/api/publish",
                            "Authorization: Bearer " + token(),
                            "Content-Length: " + body.length())
                    + body);
            awaitQuietly(asked);
            answered.countDown();
            assertThat(caller.readReply().json().has("result")).isTrue();
        }
    }

    @Test
    void aShortCallOfTheApiWaits() throws Exception {
        RunningGateway gateway = gateway("namespaces.open.publish=anyone");
        try (RawClient caller = RawClient.to(gateway)) {
            String body = "{\"channel\":\"open:a\",\"data\":1}";
            caller.send(RawClient.request(
                            "POST",
                            "/api/publish",
                            "Authorization: Bearer " + token(),
                            "Content-Length: " + body.length())
                    + body);
            awaitQuietly(asked);
            answered.countDown();
            assertThat(caller.readReply().json().has("result")).isTrue();
        }
    }
}
