package dev.fanfare.gateway.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.gateway.boot.RunningGateway;
import dev.fanfare.gateway.boot.RunningGateway.Outcome;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the command line says when it does not serve. */
class CommandLineScenarioTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--port=99999                         | server.port        | 99999    | 0 to 65535",
                "--port=http                          | server.port        | http     | 0 to 65535",
                "--workers=-1                         | server.workers     | -1       | 0 to 1024",
                "--interval=5                         | ticker.interval    | 5        | 250ms",
                "--interval=1ms                       | ticker.interval    | 1ms      | 10ms to 1h",
                "--transport=kqueue                   | server.transport   | kqueue   | auto, epoll, io-uring, nio",
                "--seed=x                             | ticker.seed        | x        | a whole number",
                "--set=channels.slow-consumer=kick    | channels.slow-consumer | kick | catch-up, drop, disconnect",
                "--set=http.max-body=1MB              | http.max-body      | 1MB      | KiB",
                "--set=tickr.interval=1s              | tickr.interval     | --set    | ticker.interval",
            })
    void aBadFlagIsRefusedWithKeyValueAndWhatIsAllowed(String flag, String key, String value, String allowed) {
        Outcome outcome = RunningGateway.command("serve", flag);
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.err())
                .contains(key, value, allowed)
                .doesNotContain("Exception", "\tat ")
                .hasLineCount(1);
        assertThat(RunningGateway.command("check-config", flag)).isEqualTo(outcome);
    }

    @Test
    void aBadFileIsRefusedWithEverythingThatIsWrong() throws Exception {
        Path file = Files.writeString(
                directory.resolve("bad.yaml"),
                "server: {port: x, hots: a}\nticker:\n  interval: soon\n  source: [a]\n");
        Outcome list = RunningGateway.command("check-config", "-c", file.toString());
        assertThat(list.code()).isEqualTo(2);
        assertThat(list.err()).contains("ticker.source", "bad.yaml");
        Files.writeString(file, "server: {port: x, hots: a}\nticker:\n  interval: soon\n");
        Outcome outcome = RunningGateway.command("-c", file.toString());
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.err())
                .contains("server.port", "'x'", "bad.yaml", "server.hots", "server.host", "ticker.interval", "'soon'")
                .doesNotContain("Exception");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# nothing\n", "{}", "server:\n", "---\n"})
    void anEmptyFileIsAGoodOne(String text) throws Exception {
        Path file = Files.writeString(directory.resolve("empty.yaml"), text);
        assertThat(RunningGateway.command("check-config", "-c", file.toString()).code())
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"just words", "- a\n- b\n", "a: b: c", "\t", "{", "server: {port: 1, port: 2}"})
    void aFileThatIsNoMappingIsRefusedWithItsName(String text) throws Exception {
        Path file = Files.writeString(directory.resolve("odd.yaml"), text);
        Outcome outcome = RunningGateway.command("check-config", "-c", file.toString());
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.err()).contains("odd.yaml").doesNotContain("Exception");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--config=/no/such/file.yaml | /no/such/file.yaml",
                "--config=/                  | /",
                "--set=ticker.source=replay --set=ticker.file=/no/such.csv | /no/such.csv",
                "--bogus                     | --bogus",
                "serv                        | serv",
                "--set=x                     | x",
                "doctor --target=0           | --target",
                "doctor --target=many        | --target",
            })
    void whatCannotBeUnderstoodOrFoundIsAUsageError(String arguments, String named) {
        Outcome outcome = RunningGateway.command(arguments.trim().split(" +"));
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.err()).contains(named).doesNotContain("Exception:", "\tat ");
    }

    @Test
    void aPortInUseIsSaidInOneLine() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            for (String transport : Gateways.transports()) {
                Outcome outcome = RunningGateway.command(
                        "--host=127.0.0.1", "--port=" + taken.getLocalPort(), "--transport=" + transport);
                assertThat(outcome.code()).isEqualTo(1);
                assertThat(outcome.err())
                        .isEqualToIgnoringNewLines("fanfare: cannot listen on 127.0.0.1 port " + taken.getLocalPort()
                                + ": another program uses it (server.host, server.port)");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"no.such.host.invalid, there is no such host", "192.0.2.1, assign requested address"})
    void anAddressThatIsNotOursIsSaidInOneLine(String host, String reason) {
        for (String transport : Gateways.transports()) {
            Outcome outcome = RunningGateway.command("--host=" + host, "--port=0", "--transport=" + transport);
            assertThat(outcome.code()).isEqualTo(1);
            assertThat(outcome.err()).contains(host, reason, "server.host").hasLineCount(1);
        }
    }

    @Test
    void helpAndVersionAreOnStandardOutput() {
        Outcome help = RunningGateway.command("--help");
        assertThat(help.code()).isZero();
        assertThat(help.err()).isEmpty();
        assertThat(help.out())
                .contains("--port", "--host", "--config", "--workers", "--interval", "check-config", "doctor", "serve");
        assertThat(help.out().lines()).allMatch(line -> line.length() <= 120);
        Outcome version = RunningGateway.command("--version");
        assertThat(version.code()).isZero();
        assertThat(version.out()).contains("Fanfare", System.getProperty("java.version"));
    }

    @Test
    void checkConfigDoesNotShowTheKeyOfTheApi() {
        Outcome outcome = RunningGateway.command("check-config", "--set", "api.key=s3cret");
        assertThat(outcome.code()).isZero();
        assertThat(outcome.out()).containsPattern("api\\.key +\\(set\\) ").doesNotContain("s3cret");
        Outcome bad = RunningGateway.command("check-config", "--set", "api.key=s3cret word");
        assertThat(bad.code()).isEqualTo(2);
        assertThat(bad.err()).contains("api.key", "--set").doesNotContain("s3cret", "word");
    }

    @Test
    void checkConfigListsEverySettingWithItsValue() {
        Outcome outcome = RunningGateway.command("check-config", "--port", "1234");
        assertThat(outcome.code()).isZero();
        assertThat(outcome.out())
                .containsPattern("server\\.port +1234 ")
                .containsPattern("ticker\\.interval +1s ")
                .contains("the configuration is good");
    }
}
