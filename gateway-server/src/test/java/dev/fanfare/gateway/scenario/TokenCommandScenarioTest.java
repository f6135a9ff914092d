package dev.fanfare.gateway.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.gateway.auth.TestToken;
import dev.fanfare.gateway.boot.RunningGateway;
import dev.fanfare.gateway.boot.RunningGateway.Outcome;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code token create}, {@code inspect} and {@code key}. */
class TokenCommandScenarioTest {
    private static final String SECRET = "--set=auth.hmac-secret=" + TestToken.SECRET;

    @TempDir
    private Path directory;

    private static Outcome token(String... arguments) {
        List<String> all = new ArrayList<>(List.of("token"));
        all.addAll(List.of(arguments));
        return RunningGateway.command(all.toArray(String[]::new));
    }

    private static String made(String... arguments) {
        Outcome outcome = token(arguments);
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.code()).isZero();
        assertThat(outcome.out()).hasLineCount(1);
        return outcome.out().trim();
    }

    @Test
    void whatIsMadeIsAcceptedAndReadable() {
        String token = made(
                "create",
                SECRET,
                "--set=auth.issuer=https://us",
                "--set=auth.audience=push",
                "--sub=42",
                "--channel=chat:a",
                "--channel=news",
                "--subscribe=chat:*",
                "--publish=chat:a",
                "--ttl=2h",
                "--stay",
                "--info={\"name\":\"Ann\"}",
                "--id=t1");
        Outcome seen = token("inspect", SECRET, "--set=auth.issuer=https://us", "--set=auth.audience=push", token);
        assertThat(seen.out())
                .contains("\"alg\" : \"HS256\"", "\"sub\" : \"42\"", "\"Ann\"", "\"t1\"", "\"news\"", "https://us")
                .containsPattern("iat +\\S+Z, [0-9]+ s ago|iat +\\S+Z, in 0 s")
                .containsPattern("exp +\\S+Z, in (119 min|2 h)")
                .containsPattern("expire_at +never")
                .contains("accepted: ");
        assertThat(seen.code()).isZero();
        Outcome other = token("inspect", SECRET, "--set=auth.issuer=https://them", token);
        assertThat(other.code()).isEqualTo(1);
        assertThat(other.out()).contains("refused: ", "claim iss");
        assertThat(token("inspect", token).out()).contains("refused: there are no keys");
        assertThat(token("inspect", token).code()).isEqualTo(1);
    }

    @Test
    void aTokenDoesNotWriteToTheTerminalWhatItLikes() {
        String token = made("create", SECRET, "--info=\"\u009b31m\u202e\"", "--id=\u001b[31m");
        assertThat(token("inspect", SECRET, token).out().chars()).allMatch(c -> c == '\n' || (c >= ' ' && c < 0x7f));
    }

    @Test
    void aTokenComesFromStandardInputAsWell() {
        String token = made("create", SECRET, "--sub=42");
        InputStream before = System.in;
        try {
            System.setIn(new ByteArrayInputStream((token + "\n").getBytes(StandardCharsets.UTF_8)));
            assertThat(token("inspect", SECRET, "-").code()).isZero();
        } finally {
            System.setIn(before);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rubbish", "a.b.c", "..", "eyJhbGciOiJub25lIn0.e30."})
    void whatIsNoTokenIsSaidToBeNone(String text) {
        Outcome outcome = token("inspect", SECRET, text);
        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.out()).startsWith("no token: ").hasLineCount(1);
    }

    @Test
    void aFreshKeyPairSignsAndIsAccepted() throws Exception {
        String pair = token("key", "--ed25519").out();
        int second = pair.indexOf("-----BEGIN PUBLIC");
        Path secret = Files.writeString(directory.resolve("private.pem"), pair.substring(0, second));
        Path open = Files.writeString(directory.resolve("public.pem"), pair.substring(second));
        String token = made("create", "--key=" + secret, "--key-id=k1", "--sub=7");
        Outcome seen = token("inspect", "--set=auth.public-key=" + open, token);
        assertThat(seen.out()).contains("EdDSA", "k1", "accepted: ");
        assertThat(seen.code()).isZero();
        assertThat(token("create", "--key=" + secret, "--algorithm=RS256").err())
                .contains("not for RS256", "EdDSA");
        assertThat(token("create", "--key=" + open).err()).contains("PUBLIC KEY", "allowed: PRIVATE KEY");
    }

    @Test
    void aFreshSecretIsLongEnoughAndNeverTheSame() {
        String secret = made("key");
        assertThat(secret).hasSizeGreaterThanOrEqualTo(64).isNotEqualTo(made("key"));
        String setting = "--set=auth.hmac-secret=" + secret;
        String token = made("create", setting, "--set=auth.algorithms=HS512");
        assertThat(token("inspect", setting, "--set=auth.algorithms=HS512", token)
                        .code())
                .isZero();
        assertThat(token("inspect", setting, token).out()).contains("refused: ", "HS512");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "create                                    | auth.hmac-secret, or name a private key: --key",
                "create --ttl=soon --set=auth.hmac-secret=0123456789abcdef0123456789abcdef | --ttl",
                "create --info={ --set=auth.hmac-secret=0123456789abcdef0123456789abcdef   | --info",
                "create --issuer=shop                      | auth.issuers.shop.hmac-secret",
                "create --set=auth.hmac-secret=short       | auth.hmac-secret: 5 characters",
                "create --key=/nowhere/at/all              | NoSuchFileException",
                "inspect                                   | TOKEN",
                "inspect a.b.c --set=auth.hmack-secret=x   | auth.hmac-secret",
                "                                          | create, inspect, key",
                "make                                      | make",
            })
    void whatCannotBeDoneIsAUsageError(String arguments, String words) {
        Outcome outcome =
                token(arguments == null ? new String[0] : arguments.trim().split(" +"));
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.err()).contains(words).doesNotContain("Exception:", "\tat ");
        assertThat(outcome.out()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "create --help", "inspect --help", "key --help"})
    void everyCommandHelps(String arguments) {
        Outcome outcome = token(arguments.split(" "));
        assertThat(outcome.code()).isZero();
        assertThat(outcome.out()).startsWith("Usage: gateway-server.jar token").contains("--help");
    }

    @Test
    void rulesThatLetNobodyInWithoutKeysAreRefused() {
        Outcome outcome = RunningGateway.command(
                "check-config", "--set=namespaces.chat.subscribe=granted", "--set=channels.subscribe=authenticated");
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.err())
                .contains("namespaces.chat.subscribe: 'granted' lets nobody in", "channels.subscribe: 'authenticated'");
        assertThat(RunningGateway.command("check-config", "--set=namespaces.chat.subscribe=granted", "--dev")
                        .code())
                .isZero();
        assertThat(RunningGateway.command("check-config", "--set=namespaces.chat.subscribe=nobody")
                        .code())
                .isZero();
        assertThat(RunningGateway.command("check-config", SECRET).out())
                .containsPattern("auth\\.hmac-secret +\\(set\\) ")
                .containsPattern("namespaces\\.user\\.subscribe +owner ")
                .containsPattern("channels\\.subscribe +authenticated ")
                .doesNotContain(TestToken.SECRET);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--dev              | DEVELOPMENT (--dev): anyone may connect",
                "--seed=1           | OPEN: anyone may connect and subscribe",
                "--set=auth.hmac-secret=0123456789abcdef0123456789abcdef | tokens are checked",
            })
    void theStartScreenSaysWhoMayCome(String flag, String words) throws Exception {
        try (ChildGateway gateway = ChildGateway.start(java.util.Map.of(), "--port=0", "--host=127.0.0.1", flag)) {
            gateway.port();
            assertThat(gateway.output()).contains("access      " + words);
            gateway.terminate();
            assertThat(gateway.exitCode()).isZero();
        }
    }
}
