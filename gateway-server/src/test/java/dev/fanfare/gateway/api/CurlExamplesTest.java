package dev.fanfare.gateway.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.fanfare.gateway.DocsFolder;
import dev.fanfare.gateway.auth.TestToken;
import dev.fanfare.gateway.boot.RunningGateway;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs the {@code curl} commands of docs/api.md as they stand there, but for the port. */
class CurlExamplesTest {
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```sh\\n(curl.*?)^```$");
    /** Fails on an error of HTTP and on one in the answer. */
    private static final String STRICT = """
            set -euo pipefail
            curl() {
              local answer
              answer=$(command curl -sS --max-time 10 --fail-with-body "$@") || { printf '%s\\n' "$answer"; exit 1; }
              printf '%s\\n' "$answer"
              case $answer in *'"error"'*) exit 1 ;; esac
            }
            """;

    private static RunningGateway gateway;

    private record Run(int code, String output) {}

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(run("command -v bash curl").code() == 0, "skipped: bash or curl is not installed");
        gateway = RunningGateway.with(
                "ticker.source=off", "auth.hmac-secret=" + TestToken.SECRET, "namespaces.chat.presence=true");
    }

    @AfterAll
    static void end() {
        if (gateway != null) {
            gateway.close();
        }
    }

    private static Run run(String script) throws IOException, InterruptedException {
        Process bash;
        try {
            bash = new ProcessBuilder("bash", "-c", script)
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException none) {
            return new Run(127, String.valueOf(none.getMessage()));
        }
        bash.getOutputStream().close();
        String output = new String(bash.getInputStream().readAllBytes(), UTF_8);
        assertThat(bash.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return new Run(bash.exitValue(), output);
    }

    /** The commands: a line each, with those that a backslash continues. */
    static List<String> commands() throws IOException {
        List<String> commands = new ArrayList<>();
        for (MatchResult block :
                BLOCK.matcher(DocsFolder.page("api.md")).results().toList()) {
            block.group(1).replace("\\\n", " ").lines().forEach(commands::add);
        }
        return commands;
    }

    private static String here(String command) {
        String here = command.replace("localhost:8080", "127.0.0.1:" + gateway.port());
        assertThat(here).as("a command for this gateway").isNotEqualTo(command);
        return STRICT + here;
    }

    @ParameterizedTest
    @MethodSource("commands")
    void aCommandOfThePageGoesWell(String command) throws Exception {
        Run run = run(here(command));
        assertThat(run.code()).as(run.output()).isZero();
        assertThat(run.output()).containsAnyOf("\"result\"", "\"offset\"", "\"replies\"");
    }

    @Test
    void thePageHasACommandForEachEndpoint() throws Exception {
        String all = String.join("\n", commands());
        assertThat(all)
                .contains("application/cloudevents+json", "application/cloudevents-batch+json", "ce-specversion");
        JsonNode document = new YAMLMapper().readTree(DocsFolder.page("openapi.yaml"));
        document.get("paths").fieldNames().forEachRemaining(path -> {
            String end = path.endsWith("{channel}") ? "" : "(?![a-z_])";
            assertThat(all).containsPattern("localhost:8080" + Pattern.quote(path.replace("{channel}", "")) + end);
        });
    }

    @Test
    void aCommandThatFailsIsNoticed() throws Exception {
        assertThat(run(here("curl -d '{}' http://localhost:8080/api/publish")).code())
                .isEqualTo(1);
        assertThat(run(here("curl http://localhost:8080/api/publish")).code()).isEqualTo(1);
        assertThat(run(here("printf x | curl --data-binary @- http://localhost:8080/api/bulk"))
                        .code())
                .isEqualTo(1);
    }
}
