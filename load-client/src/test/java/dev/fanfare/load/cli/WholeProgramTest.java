package dev.fanfare.load.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fanfare.load.TestServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

@Timeout(120)
class WholeProgramTest {
    private static final int EACH = 4;

    @TempDir
    private Path folder = Path.of(".");

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... args) {
        CommandLine command = Main.commandLine(new Interruption());
        command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        return command.execute(args);
    }

    /** Every fifth connection is served well; the others suffer one kind of fault each. */
    private static TestServer faulty() throws IOException {
        return new TestServer((index, to) -> {
            to.open();
            switch (index % 5) {
                case 0 -> to.ticks(1, 2, 3, 4, 5, 6);
                case 1 -> to.ticks(1, 2, 5, 6);
                case 2 -> to.ticks(1, 2, 2, 3, 4, 5, 6);
                case 3 -> to.ticks(1, 3, 2, 4, 5, 6);
                default -> to.ticks(1, 2).message(3, "{\"seq\":3,\"ts\":").ticks(4, 5, 6);
            }
        });
    }

    private JsonNode faultyRun(String... more) throws IOException {
        Path json = folder.resolve("report.json");
        Path html = folder.resolve("report.html");
        try (TestServer server = faulty()) {
            List<String> args = new ArrayList<>(List.of(
                    "--url",
                    server.url(),
                    "-n",
                    "20",
                    "--ramp",
                    "1000/s",
                    "--duration",
                    "1s",
                    "--fail-if",
                    "lost>0",
                    "--json",
                    json.toString(),
                    "--html",
                    html.toString()));
            args.addAll(List.of(more));
            assertThat(run(args.toArray(String[]::new))).as(err.toString()).isEqualTo(1);
        }
        assertThat(Files.readString(html)).contains("createElementNS", "\"outOfOrder\":" + EACH);
        return new ObjectMapper().readTree(json.toFile());
    }

    private static void assertFaultsExact(JsonNode report) {
        assertThat(report.path("faults").toString())
                .isEqualTo("{\"lost\":8,\"duplicated\":4,\"outOfOrder\":4,\"corrupt\":4}");
        assertThat(report.at("/connections/opened").toString()).isEqualTo("{\"sse\":10,\"websocket\":10}");
        assertThat(report.at("/connections/failed").asInt()).isZero();
        assertThat(report.at("/connections/stalled").asInt()).isZero();
        JsonNode healthy = report.at("/totals/healthy");
        assertThat(healthy.path("messages-sse").asInt()
                        + healthy.path("messages-websocket").asInt())
                .isEqualTo(EACH * (6 + 4 + 7 + 6 + 6));
        assertThat(report.at("/failIf/0/holds").asBoolean()).isTrue();
    }

    @Test
    void everyFaultIsCountedExactlyOnce() throws IOException {
        assertFaultsExact(faultyRun());
        assertThat(out.toString()).contains("20 of 20 connections open", "FAILED              lost>0: lost is 8");
    }

    @Test
    void twoWorkerProcessesCountTheSameAsOne() throws IOException {
        JsonNode report = faultyRun("--workers", "2");
        assertThat(report.path("processes").asInt()).isEqualTo(2);
        assertFaultsExact(report);
        int inSeries = 0;
        for (JsonNode point : report.path("series")) {
            inSeries += point.at("/healthy/lost").asInt();
        }
        assertThat(inSeries).isEqualTo(8);
    }

    @Test
    void aTickThatDiffersFromWhatOthersGotIsCorrupt() throws IOException {
        AtomicInteger second = new AtomicInteger();
        try (TestServer server = new TestServer((index, to) -> {
            to.open().ticks(1).message(2, "{\"seq\":2,\"ts\":" + (second.getAndIncrement() == 0 ? 5 : 6) + "}");
        })) {
            String[] args = {
                "--url", server.url(), "-n", "2", "--loops", "1", "--duration", "1s", "--fail-if", "corrupt==1"
            };
            assertThat(run(args)).isEqualTo(1);
        }
    }

    @Test
    void anEventWhoseIdIsNotItsNumberIsCorrupt() throws IOException {
        try (TestServer server = new TestServer((index, to) -> to.open().message(7, "{\"seq\":1,\"ts\":1}"))) {
            String[] args = {
                "--url", server.url(), "-n", "2", "--sse-share", "1", "--duration", "1s", "--fail-if", "corrupt==2"
            };
            assertThat(run(args)).isEqualTo(1);
        }
    }

    @Test
    void eventsWithoutIdAndBodiesOfAToldLengthAreTakenAndCounted() throws IOException {
        String event = "data: {\"seq\":1,\"ts\":1}\n\n";
        try (TestServer server = new TestServer(
                (index, to) -> to.raw("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: "
                        + event.length() + "\r\n\r\n" + event + "data: not of this body\n\n"))) {
            assertThat(run("--url", server.url(), "-n", "2", "--sse-share", "1", "--duration", "1s"))
                    .isEqualTo(3);
        }
        assertThat(out.toString()).contains("2 × sse: end of stream", "  without id        2", "  corrupt           0");
    }

    @Test
    void nothingToConnectToIsExitCodeThree() throws IOException {
        String url;
        try (TestServer server = faulty()) {
            url = server.url();
        }
        assertThat(run("--url", url, "-n", "5", "--duration", "1s")).isEqualTo(3);
        assertThat(err.toString()).contains("nothing could connect");
        assertThat(out.toString()).contains("5 × connection refused");
    }

    @Test
    void aServerThatDiesInTheRunIsExitCodeThree() throws IOException {
        try (TestServer server = new TestServer((index, to) -> {
            to.open().ticks(1);
            throw new IOException("dead");
        })) {
            String[] args = {
                "--url",
                server.url(),
                "-n",
                "4",
                "--duration",
                "20s",
                "--fail-if",
                "lost>0",
                "--header",
                "X-Key: secret",
                "--json",
                folder.resolve("dead.json").toString()
            };
            assertThat(run(args)).isEqualTo(3);
        }
        assertThat(err.toString()).contains("no connection was left");
        assertThat(Files.readString(folder.resolve("dead.json")))
                .contains("\"deserted\" : true", "\"--header\" : \"X-Key\"")
                .doesNotContain("secret");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "--sse-share | 1.5 | Invalid value for option '--sse-share': '1.5' is not a share; allowed is 0 to 1",
                "--ramp | fast | Invalid value for option '--ramp': 'fast' is not a rate",
                "--duration | 60 | Invalid value for option '--duration': '60' is not a time",
                "--connections | 0 | Invalid value for option '--connections': '0' is not a whole number above 0",
                "--workers | some | Invalid value for option '--workers': 'some' is neither auto nor",
                "--sse-path | sse | Invalid value for option '--sse-path': 'sse' is not a path",
                "--header | broken | '--header' ('NAME: VALUE'): 'broken' is not a header",
                "--json | /nowhere/x.json | Invalid value for option '--json': '/nowhere/x.json' is not a file in a directory",
                "--fail-if | lots>0 | 'lots>0': unknown metric 'lots'; allowed are lost,",
                "--url | ftp://a | 'ftp://a' must start with http:// or https://"
            })
    void aWrongOptionIsNamedWithItsValueAndWhatIsAllowed(String option, String value, String message) {
        assertThat(run("--url", "http://127.0.0.1:1", option, value)).isEqualTo(2);
        assertThat(err.toString()).contains(message);
    }

    @Test
    void helpExplainsTheExitCodes() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString()).contains("Exit codes:", "--slow-share", "a --fail-if condition holds");
    }
}
