package dev.fanfare.load.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fanfare.load.TestHttp2Server;
import dev.fanfare.load.TestServer;
import dev.fanfare.load.TestTls;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Settings;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@Timeout(90)
class Http2RunTest {
    private static final int EACH = 8;

    @TempDir
    private Path folder = Path.of(".");

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String url, String... more) {
        CommandLine command = Main.commandLine(new Interruption());
        command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        List<String> args = new ArrayList<>(List.of("--url", url, "--http2"));
        args.addAll(List.of(more));
        if (!args.contains("--duration")) {
            args.addAll(List.of("--duration", "1s"));
        }
        return command.execute(args.toArray(String[]::new));
    }

    private JsonNode report(int code, String url, String... more) throws Exception {
        Path json = folder.resolve("report.json");
        List<String> args = new ArrayList<>(List.of(more));
        args.addAll(List.of("--json", json.toString()));
        assertThat(run(url, args.toArray(String[]::new))).as(out + "\n" + err).isEqualTo(code);
        return new ObjectMapper().readTree(json.toFile());
    }

    /** Every fifth stream is served well; the others suffer one kind of fault each. */
    private static void faulty(int index, TestHttp2Server.Speaker to) {
        to.open();
        switch (index % 5) {
            case 0 -> to.ticks(1, 2, 3, 4, 5, 6);
            case 1 -> to.ticks(1, 2, 5, 6);
            case 2 -> to.ticks(1, 2, 2, 3, 4, 5, 6);
            case 3 -> to.ticks(1, 3, 2, 4, 5, 6);
            default ->
                to.ticks(1, 2)
                        .text("id: 3\ndata: {\"seq\":3,", false)
                        .text("\"ts\":\n\n", false, 9)
                        .ticks(4, 5, 6);
        }
    }

    private static void assertFaultsExact(JsonNode report) {
        assertThat(report.path("faults").toString())
                .isEqualTo("{\"lost\":16,\"duplicated\":8,\"outOfOrder\":8,\"corrupt\":8}");
        assertThat(report.at("/connections/opened").toString()).isEqualTo("{\"sse\":40,\"websocket\":0}");
        assertThat(report.at("/connections/openMillis/count").asInt()).isEqualTo(40);
        assertThat(report.at("/totals/healthy/messages-sse").asInt()).isEqualTo(EACH * (6 + 4 + 7 + 6 + 6));
    }

    @Test
    void eachFaultOnAStreamIsCountedUnderItsName() throws Exception {
        try (TestHttp2Server server = new TestHttp2Server(Http2RunTest::faulty)) {
            String[] args = {"-n", "40", "--streams-per-connection", "10", "--loops", "1", "--fail-if", "lost>0"};
            JsonNode report = report(1, server.url(), args);
            assertFaultsExact(report);
            assertThat(report.at("/connections/http2Connections").asInt()).isEqualTo(4);
            assertThat(server.connections()).isEqualTo(4);
        }
    }

    @Test
    void theSameOverTlsInTwoWorkers() throws Exception {
        TestTls tls = TestTls.forHost("127.0.0.1");
        try (TestHttp2Server server = new TestHttp2Server(tls, Http2Settings.defaultSettings(), Http2RunTest::faulty)) {
            JsonNode report = report(
                    1,
                    server.url(),
                    "-n",
                    "40",
                    "--workers",
                    "2",
                    "--loops",
                    "1",
                    "--ca",
                    tls.authority(folder),
                    "--fail-if",
                    "lost>0",
                    "--connect-timeout",
                    "30s");
            assertFaultsExact(report);
            assertThat(report.path("processes").asInt()).isEqualTo(2);
            assertThat(report.at("/connections/http2Connections").asInt()).isEqualTo(2);
            assertThat(report.at("/connections/tls/handshakes").asInt()).isEqualTo(2);
        }
    }

    @Test
    void aRequestHasItsFieldsInOrderAndIsNobodysElse() throws Exception {
        try (TestHttp2Server server =
                new TestHttp2Server((index, to) -> to.open().ticks(1))) {
            run(
                    server.url() + "/base",
                    "-n",
                    "1",
                    "--token",
                    "a.b.c",
                    "--header",
                    "Connection: keep-alive",
                    "--header",
                    "X-Long: " + "x".repeat(300));
            assertThat(server.requests()).hasSize(1);
            assertThat(server.requests().get(0).toString())
                    .contains(":method: GET, :scheme: http, :path: /base/sse, :authority: 127.0.0.1:")
                    .contains("accept: text/event-stream, ", "authorization: Bearer a.b.c", "x-long: xxx")
                    .doesNotContain("keep-alive");
        }
    }

    @Test
    void endsAndFailuresHaveTheirReasons() throws Exception {
        try (TestHttp2Server server = new TestHttp2Server((index, to) -> {
            switch (index) {
                case 0 -> to.head(503, true, "retry-after", "1");
                case 1 -> to.reset(Http2Error.REFUSED_STREAM);
                case 2 -> to.head(200, false, "content-type", "text/html");
                case 3 -> to.open().ticks(1).text("", true);
                case 4 -> to.open().ticks(1).reset(Http2Error.ENHANCE_YOUR_CALM);
                case 5 ->
                    to.head(200, false, "content-type", "text/event-stream")
                            .raw("000001" + "01" + "04" + "0000000b" + "88");
                case 6 -> to.head(103, false, "link", "x").open().ticks(1);
                default -> to.open().ticks(1);
            }
        })) {
            JsonNode report = report(0, server.url(), "-n", "8", "--loops", "1");
            assertThat(report.at("/connections/failedBy").toString())
                    .isEqualTo("{\"Content-Type is not text/event-stream\":1,\"HTTP status 503\":1,"
                            + "\"http2: stream reset, REFUSED_STREAM\":1}");
            assertThat(report.at("/connections/closedBy").toString())
                    .isEqualTo(
                            "{\"http2: stream reset, ENHANCE_YOUR_CALM\":1,"
                                    + "\"protocol error: HTTP/2 header block in the middle of a stream\":1,\"sse: end of stream\":1}");
            assertThat(report.at("/connections/opened/sse").asInt()).isEqualTo(5);
        }
    }

    @Test
    void afterGoAwayOpenStreamsGoOnAndTheConnectionIsUsedNoMore() throws Exception {
        try (TestHttp2Server server = new TestHttp2Server((index, to) -> {
            to.open().ticks(1);
            if (index == 3) {
                to.goAway(Http2Error.NO_ERROR).ticks(2);
            }
        })) {
            JsonNode report = report(0, server.url(), "-n", "8", "--ramp", "20/s", "--loops", "1");
            assertThat(report.at("/connections/opened/sse").asInt()).isEqualTo(8);
            assertThat(report.at("/connections/closed").asInt()).isZero();
            assertThat(report.at("/totals/healthy/messages-sse").asInt()).isEqualTo(9);
            assertThat(server.connections()).isEqualTo(2);
        }
    }

    @Test
    void aConnectionThatEndsTakesItsStreamsWithItAndTheyComeBack() throws Exception {
        try (TestHttp2Server server = new TestHttp2Server((index, to) -> {
            to.open().ticks(1);
            if (index == 4) {
                to.later(300, () -> to.goAway(Http2Error.ENHANCE_YOUR_CALM).hangUp());
            }
        })) {
            JsonNode report = report(0, server.url(), "-n", "5", "--loops", "1", "--reconnect", "--duration", "4s");
            assertThat(report.at("/connections/closedBy").toString())
                    .isEqualTo("{\"http2: connection closed after GOAWAY ENHANCE_YOUR_CALM\":5}");
            assertThat(report.at("/connections/reconnected").asInt()).isEqualTo(5);
            assertThat(server.connections()).isEqualTo(2);
            assertThat(server.requests().stream().filter(r -> r.toString().contains("last-event-id: 1")))
                    .hasSize(5);
        }
    }

    @Test
    void brokenFramingEndsAllStreamsOfTheConnectionAsProtocolErrors() throws Exception {
        try (TestHttp2Server server = new TestHttp2Server((index, to) -> {
            to.open().ticks(1);
            if (index == 3) {
                to.later(300, () -> to.raw("000001000000000002" + "00"));
            }
        })) {
            JsonNode report = report(3, server.url(), "-n", "4", "--loops", "1", "--duration", "3s");
            assertThat(report.at("/connections/closedBy").toString())
                    .isEqualTo("{\"protocol error: HTTP/2 frame on a stream nobody opened\":4}");
            assertThat(report.at("/totals/healthy/protocol-errors").asInt()).isEqualTo(4);
        }
    }

    @Test
    void streamsBeyondWhatTheServerAllowsFailByName() throws Exception {
        Http2Settings three = Http2Settings.defaultSettings().maxConcurrentStreams(3);
        try (TestHttp2Server server =
                new TestHttp2Server(null, three, (index, to) -> to.open().ticks(1))) {
            JsonNode report = report(0, server.url(), "-n", "5", "--loops", "1");
            assertThat(report.at("/connections/failedBy").toString())
                    .isEqualTo("{\"http2: the server allows only 3 streams on a connection\":2}");
        }
    }

    @Test
    void aSlowStreamGetsNoMoreThanItsWindowAndHoldsNobodyUp() throws Exception {
        String filler = ": " + "x".repeat(997) + "\n";
        try (TestHttp2Server server = new TestHttp2Server((index, to) -> {
            to.open();
            for (int i = 1; i <= 50; i++) {
                to.text(filler, false).ticks(i);
            }
        })) {
            JsonNode report = report(0, server.url(), "-n", "4", "--slow-share", "0.5", "--loops", "1");
            assertThat(report.at("/totals/healthy/messages-sse").asInt()).isEqualTo(100);
            assertThat(report.at("/totals/slow/messages-sse").asInt()).isBetween(2, 2 * 4);
            assertThat(server.connections()).isEqualTo(1);
        }
    }

    @Test
    void aServerThatSpeaksOnlyHttp1IsNamedAsThat() throws Exception {
        TestTls tls = TestTls.forHost("127.0.0.1");
        try (TestServer plain = new TestServer((index, to) -> to.raw("HTTP/1.1 400 Bad Request\r\n\r\n"));
                TestServer encrypted =
                        new TestServer((index, to) -> to.open(), tls.context().getServerSocketFactory())) {
            assertThat(run(plain.url(), "-n", "2")).isEqualTo(3);
            assertThat(out.toString()).contains("2 × server does not speak HTTP/2: its first frame is no SETTINGS");
            assertThat(run(encrypted.url(), "-n", "2", "--insecure")).isEqualTo(3);
            assertThat(out.toString()).containsAnyOf("no h2 by ALPN", "TLS handshake: ");
        }
    }

    @Test
    void nobodyToConnectToIsNamed() {
        assertThat(run("http://127.0.0.1:1", "-n", "3", "--loops", "1")).isEqualTo(3);
        assertThat(out.toString()).contains("3 × connection refused");
        assertThat(run("http://127.0.0.1:1", "--sse-share", "2")).isEqualTo(2);
        CommandLine command = Main.commandLine(new Interruption()).setErr(new PrintWriter(err));
        assertThat(command.execute("--url", "http://127.0.0.1:1", "--streams-per-connection", "5"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("Invalid option '--streams-per-connection' without --http2");
    }
}
