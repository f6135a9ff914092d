package dev.fanfare.gateway.auth;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.gateway.metrics.GatewayMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every algorithm with the keys it is for, and with those it is not for. */
class AlgorithmTest {
    @TempDir
    private Path directory;

    private AuthScene with(KeyPair pair, String algorithms) throws Exception {
        Path file = TestKeys.write(directory.resolve("public.pem"), "PUBLIC KEY", pair.getPublic());
        return algorithms.isEmpty()
                ? new AuthScene("auth.public-key=" + file)
                : new AuthScene("auth.public-key=" + file, "auth.algorithms=" + algorithms);
    }

    private static String claims(String token) {
        return token.substring(token.indexOf('.') + 1, token.lastIndexOf('.'));
    }

    private static String tampered(String token) {
        int at = token.lastIndexOf('.') + 10;
        return token.substring(0, at) + (token.charAt(at) == 'A' ? 'B' : 'A') + token.substring(at + 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})
    void aSignatureHoldsWithItsKeyOnly(String algorithm) throws Exception {
        KeyPair pair = TestKeys.pair(algorithm);
        String token = TestKeys.token(algorithm, pair, "");
        try (AuthScene scene = with(pair, algorithm)) {
            assertThat(scene.accepted(token).user()).isEqualTo("42");
            assertThat(scene.refused(tampered(token))).contains("signature does not hold");
            assertThat(scene.refused(TestKeys.token(algorithm, TestKeys.pair(algorithm + " another"), "")))
                    .contains("signature does not hold");
            String claims = claims(token);
            String other = TestToken.of("43").header("alg", algorithm).signed(signed -> new byte[64]);
            assertThat(scene.refused(other)).contains("signature does not hold");
            assertThat(scene.refused(token.replace(claims, claims(other)))).contains("does not hold");
            assertThat(scene.refused(token.substring(0, token.lastIndexOf('.') + 1)))
                    .contains("does not hold");
        }
        Path file = TestKeys.write(directory.resolve("private.pem"), "PRIVATE KEY", pair.getPrivate());
        try (AuthScene scene = with(pair, algorithm)) {
            String made = TokenMaker.ofPrivateKey(file, algorithm).sign("{\"sub\":\"7\",\"exp\":9999999999}", "k");
            assertThat(scene.refused(made)).contains("auth.max-token-lifetime"); // but its signature holds
        }
    }

    @ParameterizedTest
    @CsvSource({"HS256, 256", "HS384, 384", "HS512, 512"})
    void aSecretIsForTheAlgorithmsItIsPinnedTo(String algorithm, String bits) {
        String token =
                TestToken.of("42").header("alg", algorithm).signed(TestToken.hmac("HmacSHA" + bits, TestToken.SECRET));
        String setting = "auth.hmac-secret=" + TestToken.SECRET;
        try (AuthScene scene = new AuthScene(setting, "auth.algorithms=" + algorithm)) {
            assertThat(scene.accepted(token).user()).isEqualTo("42");
            assertThat(scene.refused(tampered(token))).contains("signature does not hold");
        }
        String another = algorithm.equals("HS512") ? "HS256" : "HS512";
        try (AuthScene scene = new AuthScene(setting, "auth.algorithms=" + another)) {
            assertThat(scene.refused(token)).contains("no key of its issuer is for alg " + algorithm);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "RS256, '', RS256",
        "RS512, '', RS256",
        "PS256, '', RS256",
        "PS256, RS256, RS256",
        "RS256, PS256, PS256",
    })
    void anRsaKeyIsForRs256UnlessSomethingElseIsSaid(String used, String configured, String pinned) throws Exception {
        KeyPair pair = TestKeys.pair("RS256");
        try (AuthScene scene = with(pair, configured)) {
            String token = TestKeys.token(used, pair, "");
            if (used.equals(pinned)) {
                assertThat(scene.accepted(token).user()).isEqualTo("42");
            } else {
                assertThat(scene.refused(token)).contains("no key of its issuer is for alg " + used);
            }
        }
    }

    /** The old trick: the public key, which everybody has, taken for a shared secret. */
    @ParameterizedTest
    @ValueSource(strings = {"RS256", "ES256", "EdDSA"})
    void aPublicKeyIsNoSecret(String algorithm) throws Exception {
        KeyPair pair = TestKeys.pair(algorithm);
        try (AuthScene scene = with(pair, "")) {
            String pem = Files.readString(directory.resolve("public.pem"));
            for (String secret :
                    new String[] {pem, pem.trim(), new String(pair.getPublic().getEncoded(), ISO_8859_1)}) {
                String forged = TestToken.of("42").signed(TestToken.hmac("HmacSHA256", secret));
                assertThat(scene.refused(forged)).contains("no key of its issuer is for alg HS256");
            }
        }
    }

    @Test
    void anEmptyOrZeroSignatureOnACurveIsNone() throws Exception {
        KeyPair pair = TestKeys.pair("ES256");
        try (AuthScene scene = with(pair, "")) {
            for (int length : new int[] {0, 1, 63, 64, 65, 128}) {
                String forged = TestToken.of("42").header("alg", "ES256").signed(signed -> new byte[length]);
                assertThat(scene.refused(forged)).contains("signature does not hold");
            }
        }
    }

    @Test
    void severalKeysMayStandInAFileSoThatTheyCanBeChanged() throws Exception {
        KeyPair one = TestKeys.pair("ES256");
        KeyPair two = TestKeys.pair("RS256");
        Path file = TestKeys.write(directory.resolve("two.pem"), "PUBLIC KEY", one.getPublic(), two.getPublic());
        try (AuthScene scene = new AuthScene("auth.public-key=" + file)) {
            scene.accepted(TestKeys.token("ES256", one, ""));
            scene.accepted(TestKeys.token("RS256", two, "whatever"));
        }
    }

    @Test
    void aKeyThatCannotBeUsedIsAConfigurationError() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(1024);
        Path weak = TestKeys.write(
                directory.resolve("weak.pem"),
                "PUBLIC KEY",
                generator.generateKeyPair().getPublic());
        Path secret = TestKeys.write(
                directory.resolve("private.pem"),
                "PRIVATE KEY",
                TestKeys.pair("EdDSA").getPrivate());
        Path dh = TestKeys.write(
                directory.resolve("x.pem"),
                "PUBLIC KEY",
                KeyPairGenerator.getInstance("X25519").generateKeyPair().getPublic());
        Path rubbish = Files.writeString(directory.resolve("rubbish"), "rubbish");
        Path broken = Files.writeString(
                directory.resolve("broken"), "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----");
        assertThat(problem(weak)).contains("1024 bits", "2048");
        assertThat(problem(secret)).contains("PRIVATE KEY", "allowed: PUBLIC KEY");
        assertThat(problem(dh)).contains("x.pem");
        assertThat(problem(rubbish)).contains("no PEM block");
        assertThat(problem(broken)).contains("cannot be read as a key");
        assertThat(problem(directory.resolve("nothing"))).contains("NoSuchFileException");
        assertThat(problem(directory)).contains("cannot be read");
    }

    private static String problem(Path file) {
        try {
            AuthScene.read("auth.public-key=" + file);
            throw new AssertionError("accepted");
        } catch (dev.fanfare.gateway.config.ConfigException bad) {
            assertThat(bad.problems()).hasSize(1);
            return bad.problems().get(0);
        }
    }

    @ParameterizedTest
    @CsvSource({"RS256, false", "PS512, false", "ES256, true", "ES512, true", "EdDSA, true"})
    void whatTakesLongIsNotDoneByTheThreadThatAsks(String algorithm, boolean elsewhere) throws Exception {
        KeyPair pair = TestKeys.pair(algorithm);
        Path file = TestKeys.write(directory.resolve("public.pem"), "PUBLIC KEY", pair.getPublic());
        List<Thread> checked = new CopyOnWriteArrayList<>();
        Revocations recording = new Revocations() {
            @Override
            public boolean isRevoked(Principal who) {
                return !checked.add(Thread.currentThread());
            }

            @Override
            public CompletionStage<Void> revoke(Revocation revocation) {
                throw new UnsupportedOperationException();
            }

            @Override
            public void listen(Consumer<Revocation> listener) {
                throw new UnsupportedOperationException();
            }
        };
        AuthConfig config = AuthScene.config("auth.public-key=" + file, "auth.algorithms=" + algorithm);
        GatewayMetrics metrics = new GatewayMetrics(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
        try (Authenticator authenticator = Authenticator.of(config, recording, metrics)) {
            authenticator
                    .authenticate(TestKeys.token(algorithm, pair, ""))
                    .toCompletableFuture()
                    .orTimeout(10, TimeUnit.SECONDS)
                    .join();
        }
        assertThat(checked).hasSize(1);
        assertThat(!checked.get(0).equals(Thread.currentThread())).isEqualTo(elsewhere);
        assertThat(checked.get(0).getName().startsWith("tokens-")).isEqualTo(elsewhere);
    }
}
