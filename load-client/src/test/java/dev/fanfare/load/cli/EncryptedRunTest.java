package dev.fanfare.load.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fanfare.load.TestServer;
import dev.fanfare.load.TestTls;
import io.netty.handler.ssl.OpenSsl;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@Timeout(60)
class EncryptedRunTest {
    private static final int MANY = 60;

    @TempDir
    private Path folder = Path.of(".");

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... args) {
        CommandLine command = Main.commandLine(new Interruption());
        command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        return command.execute(args);
    }

    private static TestServer ticking(TestTls tls) throws Exception {
        return new TestServer(
                (index, to) -> {
                    to.open().ticks(1, 2, 3);
                    Thread.onSpinWait();
                    to.ticks(4);
                },
                tls.context().getServerSocketFactory());
    }

    private JsonNode report(String... args) throws Exception {
        Path json = folder.resolve("report.json");
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of("--duration", "1s", "--json", json.toString()));
        assertThat(run(all.toArray(String[]::new))).as(out + "\n" + err).isZero();
        return new ObjectMapper().readTree(json.toFile());
    }

    @Test
    void everyMessageIsCheckedOverTlsAsWell() throws Exception {
        TestTls tls = TestTls.forHost("127.0.0.1");
        try (TestServer server = ticking(tls)) {
            JsonNode report = report(
                    "--url",
                    server.url(),
                    "--ca",
                    tls.authority(folder),
                    "-n",
                    "" + MANY,
                    "--ramp",
                    "100/s",
                    "--in-flight",
                    "1",
                    "--loops",
                    "1");
            assertThat(report.at("/connections/opened").toString()).isEqualTo("{\"sse\":30,\"websocket\":30}");
            assertThat(report.at("/totals/healthy/messages-sse").asInt()
                            + report.at("/totals/healthy/messages-websocket").asInt())
                    .isEqualTo(MANY * 4);
            assertThat(report.path("faults").toString())
                    .isEqualTo("{\"lost\":0,\"duplicated\":0,\"outOfOrder\":0,\"corrupt\":0}");
            assertThat(report.at("/connections/tls/handshakes").asInt()).isEqualTo(MANY);
            assertThat(report.at("/connections/tls/millis/count").asInt()).isEqualTo(MANY);
            assertThat(report.at("/connections/tls/resumed").asInt()).isBetween(1, MANY - 1);
            assertThat(report.at("/environment/tls").asText()).isNotEmpty();
        }
        assertThat(out.toString()).contains("TLS handshakes    " + MANY + " (");
    }

    @Test
    void withoutResumptionEveryHandshakeIsAFullOne() throws Exception {
        assumeTrue(OpenSsl.isAvailable(), "the JDK cannot do that");
        try (TestServer server = ticking(TestTls.forHost("127.0.0.1"))) {
            String[] args = {"--url", server.url(), "--insecure", "--no-resumption", "-n", "20", "--ramp", "20/s"};
            JsonNode report = report(args);
            assertThat(report.at("/connections/tls/handshakes").asInt()).isEqualTo(20);
            assertThat(report.at("/connections/tls/resumed").asInt()).isZero();
        }
    }

    @Test
    void twoWorkersAreToldWhomToBelieveAndWhoTheyAre() throws Exception {
        TestTls tls = TestTls.forHost("127.0.0.1");
        Path tokens = Files.writeString(folder.resolve("tokens"), "aa.bb.cc\n\ndd-ee_ff==\n");
        try (TestServer server = ticking(tls)) {
            JsonNode report = report(
                    "--url",
                    server.url(),
                    "--ca",
                    tls.authority(folder),
                    "-n",
                    "8",
                    "--workers",
                    "2",
                    "--token",
                    "@" + tokens);
            assertThat(report.at("/connections/opened/sse").asInt()).isEqualTo(4);
            assertThat(server.requests().stream().filter(r -> r.contains("\r\nAuthorization: Bearer aa.bb.cc\r\n")))
                    .hasSize(4);
            assertThat(server.requests().stream().filter(r -> r.contains("\r\nAuthorization: Bearer dd-ee_ff==\r\n")))
                    .hasSize(4);
            assertThat(report.path("settings").path("--token").asText()).isEqualTo("@" + tokens);
            assertThat(report.toString()).doesNotContain("aa.bb.cc");
        }
    }

    @Test
    void aTokenOfTheCommandLineIsInNoReport() throws Exception {
        try (TestServer server = new TestServer((index, to) -> to.open().ticks(1))) {
            JsonNode report = report("--url", server.url(), "-n", "2", "--token", "secret.secret.secret");
            assertThat(server.requests())
                    .allMatch(r -> r.contains("\r\nAuthorization: Bearer secret.secret.secret\r\n"));
            assertThat(report.toString()).doesNotContain("secret.secret");
        }
    }

    @Test
    void aCertificateOfNobodyWeKnowIsRefusedAndTheReasonNamed() throws Exception {
        TestTls tls = TestTls.forHost("127.0.0.1");
        try (TestServer server = ticking(tls)) {
            String other = TestTls.forHost("127.0.0.1").authority(folder);
            assertThat(run("--url", server.url(), "--ca", other, "-n", "3", "--duration", "1s"))
                    .isEqualTo(3);
        }
        assertThat(out.toString()).contains("3 × TLS handshake: ", "unable to find valid certification path");
    }

    @Test
    void aCertificateForAnotherNameIsRefusedUnlessAnybodyIsBelieved() throws Exception {
        TestTls tls = TestTls.forHost("somewhere.test");
        try (TestServer server = ticking(tls)) {
            String ca = tls.authority(folder);
            assertThat(run("--url", server.url(), "--ca", ca, "-n", "2", "--duration", "1s"))
                    .isEqualTo(3);
            assertThat(out.toString()).contains("2 × TLS handshake: ").contains("127.0.0.1");
            assertThat(report("--url", server.url(), "--insecure", "-n", "2")
                            .at("/connections/opened/sse")
                            .asInt())
                    .isEqualTo(1);
        }
    }

    @Test
    void aServerWithoutTlsIsNamedAsThat() throws Exception {
        try (TestServer server = new TestServer((index, to) -> to.open())) {
            String url = server.url().replace("http:", "https:");
            assertThat(run("--url", url, "--insecure", "-n", "2", "--connect-timeout", "2s", "--duration", "1s"))
                    .isEqualTo(3);
        }
        assertThat(out.toString()).containsAnyOf("no complete response head within", "TLS handshake");
    }

    @Test
    void wrongOptionsAreNamed() throws Exception {
        assertThat(run("--url", "http://127.0.0.1:1", "--insecure")).isEqualTo(2);
        assertThat(run("--url", "https://127.0.0.1:1", "--ca", "/nowhere.pem")).isEqualTo(2);
        assertThat(run("--url", "https://127.0.0.1:1", "--ca", "/etc/hostname")).isEqualTo(2);
        assertThat(run("--url", "https://127.0.0.1:1", "--token", "two words")).isEqualTo(2);
        assertThat(err.toString())
                .contains(
                        "Invalid option '--insecure' without an https:// URL",
                        "'/nowhere.pem' cannot be read",
                        "'/etc/hostname'",
                        "token 1 of 1 is not one")
                .doesNotContain("two words");
    }
}
