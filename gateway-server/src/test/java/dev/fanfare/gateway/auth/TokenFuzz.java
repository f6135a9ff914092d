package dev.fanfare.gateway.auth;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fanfare.gateway.Frugal;
import dev.fanfare.gateway.config.Given;
import dev.fanfare.gateway.config.Settings;
import dev.fanfare.gateway.http.HttpProblem;
import dev.fanfare.gateway.metrics.GatewayMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** Tokens: what strangers make up, and what an issuer signs that has lost its mind. */
class TokenFuzz {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String SECRET = "a secret of more than thirty-two letters".replace(' ', '-');
    private static final String HEADER = encoded("{\"alg\":\"HS256\"}".getBytes(UTF_8));
    private static final String CLAIMS = encoded("{\"exp\":4102444800,\"sub\":\"42\"}".getBytes(UTF_8));
    private static final Authenticator AUTHENTICATOR = authenticator();
    /** The longest that is looked at. */
    private static final int MAX_TOKEN = 8 * 1024;

    /** Nobody gets in without the key, whatever it is that he presents; and the refusal does not repeat it. */
    @FuzzTest(maxDuration = "3m")
    void stranger(byte[] input) throws Exception {
        String text = new String(input, ISO_8859_1);
        for (String token :
                new String[] {text, HEADER + "." + CLAIMS + "." + text, HEADER + "." + text + "." + CLAIMS}) {
            Frugal.within(256 * 1024 + 100L * MAX_TOKEN, () -> {
                HttpProblem refused = refusal(AUTHENTICATOR.authenticate(token));
                if (refused == null) {
                    throw new AssertionError("a stranger got in with " + token);
                }
                assertThat(refused.reply().status().code()).isEqualTo(401);
                String detail =
                        JSON.readTree(refused.reply().body()).path("detail").asText();
                assertThat(detail.chars()).allMatch(c -> (c >= ' ' && c < 0x7f) || c == '…');
                assertThat(detail).doesNotContain(HEADER, CLAIMS);
            });
        }
    }

    /** Claims that are signed: refused with words, or somebody whose name, grants and expiry are sound. */
    @FuzzTest(maxDuration = "3m")
    void claims(byte[] input) throws Exception {
        String token = signed(HEADER + "." + encoded(input));
        Frugal.within(256 * 1024 + 400L * MAX_TOKEN, () -> {
            CompletionStage<Principal> stage = AUTHENTICATOR.authenticate(token);
            if (refusal(stage) != null) {
                return;
            }
            Principal who = stage.toCompletableFuture().join();
            JsonNode read = JSON.readTree(input);
            assertThat(who.kind()).isEqualTo(Principal.Kind.TOKEN);
            assertThat(who.user()).isEqualTo(read.path("sub").asText(""));
            assertThat(who.user().length()).isLessThan(256);
            assertThat(who.isExpired(System.currentTimeMillis() / 1000)).isFalse();
            assertThat(who.grants().channels().size()
                            + who.grants().subscribe().size()
                            + who.grants().publish().size())
                    .isLessThanOrEqualTo(3 * 256);
            who.grants()
                    .channels()
                    .forEach(name -> assertThat(Grants.channelProblem(name)).isNull());
            who.grants()
                    .subscribe()
                    .forEach(grant -> assertThat(Grants.problem(grant.text())).isNull());
            who.grants()
                    .publish()
                    .forEach(grant -> assertThat(Grants.problem(grant.text())).isNull());
            if (who.info() != null) {
                assertThat(who.info().getBytes(UTF_8)).hasSizeLessThanOrEqualTo(1024);
                assertThat(JSON.readTree(who.info())).isEqualTo(read.path("info"));
            }
        });
    }

    /** A header that is signed: nothing but the pinned algorithm, and nothing that changes what the rest means. */
    @FuzzTest(maxDuration = "3m")
    void header(byte[] input) throws Exception {
        String token = signed(encoded(input) + "." + CLAIMS);
        Frugal.within(256 * 1024 + 400L * MAX_TOKEN, () -> {
            if (refusal(AUTHENTICATOR.authenticate(token)) == null) {
                JsonNode header = JSON.readTree(input);
                assertThat(header.path("alg").textValue()).isEqualTo("HS256");
                assertThat(header.has("crit")).isFalse();
                assertThat(header.path("b64").asBoolean(true)).isTrue();
                assertThat(header.has("zip")).isFalse();
            }
        });
    }

    private static @Nullable HttpProblem refusal(CompletionStage<Principal> stage) {
        try {
            stage.toCompletableFuture().join();
            return null;
        } catch (CompletionException failure) {
            if (failure.getCause() instanceof HttpProblem problem) {
                return problem;
            }
            throw failure;
        }
    }

    private static Authenticator authenticator() {
        AuthConfig config = AuthConfig.from(
                new Settings(Map.of(), Map.of(), Map.of("auth.hmac-secret", new Given(SECRET, "test"))));
        return Authenticator.of(
                config,
                new MemoryRevocations(config, Clock.systemUTC()),
                new GatewayMetrics(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT)));
    }

    private static String signed(String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(SECRET.getBytes(UTF_8), "HmacSHA256"));
        return text + "." + encoded(mac.doFinal(text.getBytes(UTF_8)));
    }

    private static String encoded(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
