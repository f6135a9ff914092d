package dev.fanfare.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.gateway.config.ConfigException;
import java.io.IOException;
import java.net.URI;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys that are fetched, from a server that behaves and one that does not. */
class JwksTest {
    private final KeyPair first = TestKeys.pair("ES256");
    private final KeyPair second = TestKeys.pair("ES256 another");
    private final String oldToken = TestKeys.token("ES256", first, "one");
    private final String newToken = TestKeys.token("ES256", second, "two");
    private JwksServer server;

    @BeforeEach
    void start() throws IOException {
        server = new JwksServer();
        server.body = TestKeys.set(TestKeys.jwk(first, "'kid':'one'"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private AuthScene scene(String... more) {
        List<String> settings = new ArrayList<>(List.of("auth.jwks=" + server.url()));
        settings.addAll(List.of(more));
        return new AuthScene(settings.toArray(String[]::new));
    }

    @Test
    void keysOfEverySortAreFetchedOnce() {
        server.body = TestKeys.set(
                TestKeys.jwk(first, "'kid':'one'"),
                TestKeys.jwk(TestKeys.pair("RS256"), "'kid':'r','use':'sig'"),
                TestKeys.jwk(TestKeys.pair("PS512"), "'kid':'p','alg':'PS512'"),
                TestKeys.jwk(TestKeys.pair("EdDSA"), "'kid':'e','alg':'EdDSA','key_ops':['verify']"));
        try (AuthScene scene = scene()) {
            scene.accepted(oldToken);
            scene.accepted(TestKeys.token("RS256", TestKeys.pair("RS256"), "r"));
            scene.accepted(TestKeys.token("PS512", TestKeys.pair("PS512"), "p"));
            scene.accepted(TestKeys.token("EdDSA", TestKeys.pair("EdDSA"), "e"));
            assertThat(scene.refused(TestKeys.token("RS256", TestKeys.pair("PS512"), "p")))
                    .contains("no key of its issuer is for alg RS256 and kid 'p'");
            assertThat(server.hits).hasValue(1);
            String rsa = TestKeys.token("RS256", TestKeys.pair("RS256"), "r");
            assertThat(scene.authenticator.authenticate(rsa).toCompletableFuture())
                    .as("checked at once")
                    .isDone();
        }
    }

    @Test
    void aKeyThatIsNotKnownIsFetchedButNotAgainAndAgain() {
        try (AuthScene scene = scene("auth.jwks-cooldown=1500ms")) {
            scene.accepted(oldToken);
            server.body = TestKeys.set(TestKeys.jwk(second, "'kid':'two'"));
            await().atMost(10, TimeUnit.SECONDS)
                    .ignoreExceptions()
                    .untilAsserted(
                            () -> assertThat(scene.accepted(newToken).user()).isEqualTo("42"));
            assertThat(server.hits).hasValue(2);
            assertThat(scene.refused(oldToken)).as("rotated out").contains("kid 'one'");
            for (int i = 0; i < 50; i++) {
                scene.refused(TestKeys.token("ES256", second, "unknown " + i));
            }
            assertThat(server.hits).hasValueLessThanOrEqualTo(4);
        }
    }

    @Test
    void keysStayValidWhileTheServerIsOutAndNoLonger() {
        try (AuthScene scene = scene("auth.jwks-refresh=1s", "auth.jwks-stale=4s", "auth.jwks-cooldown=100ms")) {
            scene.accepted(oldToken);
            server.status = 500;
            await().atMost(10, TimeUnit.SECONDS)
                    .ignoreExceptions()
                    .until(() -> scene.registry.scrape().contains("gateway_key_fetches_total{result=\"failed\"} 1.0"));
            scene.accepted(oldToken);
            assertThat(scene.refused(newToken, 503)).contains("cannot be fetched");
            await().atMost(15, TimeUnit.SECONDS).ignoreExceptions().untilAsserted(() -> scene.refused(oldToken, 503));
            server.status = 200;
            await().atMost(15, TimeUnit.SECONDS)
                    .ignoreExceptions()
                    .untilAsserted(
                            () -> assertThat(scene.accepted(oldToken).user()).isEqualTo("42"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "rubbish",
                "[]",
                "{}",
                "{\"keys\":{}}",
                "{\"keys\":[]}",
                "{\"keys\":[null,1,{},{\"kty\":\"RSA\"},{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AA\"}]}",
                "{\"keys\":[{\"kty\":\"oct\",\"kid\":\"one\",\"k\":\"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY\"}]}",
            })
    void whatIsNoKeySetChangesNothing(String body) {
        try (AuthScene scene = scene("auth.jwks-refresh=1s")) {
            scene.accepted(oldToken);
            server.body = body;
            await().atMost(10, TimeUnit.SECONDS)
                    .ignoreExceptions()
                    .until(() -> scene.registry.scrape().contains("gateway_key_fetches_total{result=\"failed\"} 1.0"));
            scene.accepted(oldToken);
        }
    }

    @Test
    void whatIsTooLargeOrElsewhereIsNotTaken() {
        String many = TestKeys.jwk(first, "'kid':'one'");
        server.body = TestKeys.set(many, "\"" + "x".repeat(JwksFetch.LARGEST) + "\"");
        try (AuthScene scene = scene()) {
            scene.refused(oldToken, 503);
        }
        server.body = TestKeys.set(java.util.Collections.nCopies(101, many).toArray(String[]::new));
        try (AuthScene scene = scene()) {
            scene.refused(oldToken, 503);
        }
        server.hits.set(0);
        server.status = 302;
        try (AuthScene scene = scene()) {
            scene.refused(oldToken, 503);
            assertThat(server.hits).as("nobody went to /other").hasValueLessThan(1000);
        }
    }

    @Test
    void keysForOtherThingsAreNotForTokens() {
        server.body = TestKeys.set(
                TestKeys.jwk(first, "'kid':'one','use':'enc'"),
                TestKeys.jwk(second, "'kid':'two','key_ops':['sign']"),
                TestKeys.jwk(TestKeys.pair("RS256"), "'kid':'r','alg':'RSA-OAEP-256'"),
                TestKeys.jwk(TestKeys.pair("EdDSA"), "'kid':'e','alg':'ES256'"),
                TestKeys.jwk(TestKeys.pair("ES384"), "'kid':'ok'"));
        try (AuthScene scene = scene()) {
            scene.accepted(TestKeys.token("ES384", TestKeys.pair("ES384"), "ok"));
            scene.refused(oldToken);
            scene.refused(newToken);
            scene.refused(TestKeys.token("RS256", TestKeys.pair("RS256"), "r"));
            scene.refused(TestKeys.token("EdDSA", TestKeys.pair("EdDSA"), "e"));
        }
    }

    @Test
    void withoutAKidAndWithOneTwiceAllKeysThatFitAreTriedAndNotMoreThanFour() {
        server.body = TestKeys.set(TestKeys.jwk(first, "'kid':'same'"), TestKeys.jwk(second, "'kid':'same'"));
        try (AuthScene scene = scene()) {
            for (KeyPair pair : List.of(first, second)) {
                scene.accepted(TestKeys.token("ES256", pair, ""));
                scene.accepted(TestKeys.token("ES256", pair, "same"));
            }
        }
        List<String> five = new ArrayList<>(List.of(TestKeys.jwk(first, "'kid':'one'")));
        for (int i = 0; i < 4; i++) {
            five.add(TestKeys.jwk(TestKeys.pair("ES256 " + i), "'kid':'k" + i + "'"));
        }
        server.body = TestKeys.set(five.toArray(String[]::new));
        try (AuthScene scene = scene()) {
            scene.accepted(oldToken);
            assertThat(scene.refused(TestKeys.token("ES256", first, ""))).contains("a kid in its header");
        }
    }

    @Test
    void notMoreWaitForKeysThanMay() {
        server.delayMillis = 700;
        try (AuthScene scene = scene("auth.max-waiting=2")) {
            List<CompletableFuture<Principal>> asked = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                asked.add(scene.authenticator.authenticate(oldToken).toCompletableFuture());
            }
            assertThat(asked).noneMatch(CompletableFuture::isDone);
            assertThat(scene.registry.scrape()).contains("gateway_tokens_waiting 2.0");
            assertThat(scene.refused(oldToken, 503)).contains("auth.max-waiting");
            asked.forEach(each -> assertThat(
                            each.orTimeout(10, TimeUnit.SECONDS).join().user())
                    .isEqualTo("42"));
            assertThat(scene.registry.scrape()).contains("gateway_tokens_waiting 0.0");
        }
    }

    @Test
    void aServerThatDribblesIsGivenUp() {
        ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();
        try {
            JwksFetch fetch = new JwksFetch(executor, Duration.ofMillis(500));
            server.pauseMillis = 5_000;
            long began = System.nanoTime();
            assertThat(fetch.get(URI.create(server.url()))
                            .handle((body, failure) -> failure != null)
                            .join())
                    .isTrue();
            server.pauseMillis = 0;
            server.delayMillis = 5_000;
            assertThat(fetch.get(URI.create(server.url()))
                            .handle((body, failure) -> failure != null)
                            .join())
                    .isTrue();
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(4));
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void issuersAndUrlsAreKeptApart() throws IOException {
        try (JwksServer other = new JwksServer();
                AuthScene scene = new AuthScene(
                        "auth.issuers.a.issuer=https://a",
                        "auth.issuers.a.jwks=" + server.url() + "," + server.url() + "?more",
                        "auth.issuers.b.issuer=https://b",
                        "auth.issuers.b.jwks=" + other.url())) {
            other.body = TestKeys.set(TestKeys.jwk(second, "'kid':'one'"));
            TestToken token = TestToken.of("42").header("alg", "ES256").header("kid", "one");
            TestToken.Signer one = TestKeys.signer("ES256", first);
            TestToken.Signer two = TestKeys.signer("ES256", second);
            await().atMost(10, TimeUnit.SECONDS)
                    .ignoreExceptions()
                    .untilAsserted(
                            () -> scene.accepted(token.claim("iss", "https://b").signed(two)));
            scene.accepted(token.claim("iss", "https://a").signed(one));
            assertThat(scene.refused(token.claim("iss", "https://a").signed(two)))
                    .contains("does not hold");
            assertThat(scene.refused(token.claim("iss", "https://b").signed(one)))
                    .contains("does not hold");
            assertThat(scene.refused(token.claim("iss", "https://c").signed(one)))
                    .contains("'https://c' is not known");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://keys.example/jwks",
                "http://127.0.0.1.example/jwks",
                "ftp://127.0.0.1/jwks",
                "https://user:pass@keys.example/",
                "https:///jwks",
                "file:///etc/passwd",
                "jwks",
                "http://[::2]/",
                "https://a/#b"
            })
    void anUrlThatIsNotSafeIsAConfigurationError(String url) {
        assertThat(org.assertj.core.api.Assertions.catchThrowableOfType(
                        ConfigException.class, () -> AuthScene.read("auth.jwks=" + url)))
                .hasMessageContaining("auth.jwks")
                .hasMessageContaining("https");
    }

    @Test
    void anUrlWithoutTlsIsForThisMachineOrWhoWantsIt() throws ConfigException {
        AuthScene.read("auth.jwks=https://keys.example/a,http://localhost:1/b,http://[::1]/c,http://127.0.0.2/d");
        AuthScene.read("auth.jwks=http://keys.example/a", "auth.jwks-insecure=true");
    }
}
