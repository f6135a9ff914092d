package dev.fanfare.load.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fanfare.load.FakeGateway;
import dev.fanfare.load.FakeGateway.Sin;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** Runs against a server that does one thing wrong: each must show, under its own name, and nothing else may. */
@Timeout(120)
class ChannelScenariosTest {
    private static final int CLIENTS = 6;

    @TempDir
    private Path folder = Path.of(".");

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private int published;
    private int exitCode;
    private List<String> requests = List.of();

    private JsonNode run(Sin sin, boolean conflate, String scenario, String... more) throws IOException {
        Path json = folder.resolve("report.json");
        try (FakeGateway server = new FakeGateway(sin, conflate)) {
            List<String> args = new ArrayList<>(List.of("--url", server.url(), "-n", String.valueOf(CLIENTS)));
            args.addAll(List.of("--scenario", scenario, "--channels", "4", "--per-connection", "2"));
            args.addAll(List.of("--publishers", "2", "--duration", "1500ms"));
            args.addAll(List.of("--settle", "1s", "--json", json.toString()));
            args.addAll(List.of("--html", folder.resolve("report.html").toString()));
            args.addAll(List.of(more));
            if (!args.contains("--publish-rate")) {
                args.addAll(List.of("--publish-rate", "200/s"));
            }
            CommandLine command = Main.commandLine(new Interruption());
            command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
            exitCode = command.execute(args.toArray(String[]::new));
            published = server.published();
            requests = server.requests();
        }
        return Files.exists(json) ? new ObjectMapper().readTree(json.toFile()) : new ObjectMapper().createObjectNode();
    }

    private JsonNode storm(Sin sin, String... more) throws IOException {
        List<String> args = new ArrayList<>(List.of("--spread", "300ms"));
        args.addAll(List.of(more));
        return run(sin, false, "reconnect-storm", args.toArray(String[]::new));
    }

    private static void assertClients(JsonNode report, int complete, int told, int faulty) {
        assertThat(report.path("clients").toString())
                .isEqualTo(
                        "{\"complete\":%d,\"told\":%d,\"faulty\":%d,\"absent\":0}".formatted(complete, told, faulty));
    }

    private static void assertFaults(JsonNode report, long lost, long duplicated, long outOfOrder, long corrupt) {
        assertThat(report.path("faults").toString())
                .isEqualTo("{\"lost\":%d,\"duplicated\":%d,\"outOfOrder\":%d,\"corrupt\":%d}"
                        .formatted(lost, duplicated, outOfOrder, corrupt));
    }

    @ParameterizedTest
    @CsvSource({"100", "1"})
    void everythingIsPublishedInTimeAndArrives(String batch) throws IOException {
        JsonNode report = run(Sin.NONE, false, "channels", "--batch", batch, "--fail-if", "faulty>0,absent>0,unsent>0");
        assertThat(exitCode).as(out.toString() + err).isZero();
        assertClients(report, CLIENTS, 0, 0);
        assertFaults(report, 0, 0, 0, 0);
        assertThat(published).isBetween(250, 310);
        assertThat(report.at("/publishing/confirmed").asInt()).isEqualTo(published);
        // Each channel has CLIENTS * 2 / 4 subscribers.
        long messages = report.at("/totals/healthy/messages-sse").asLong()
                + report.at("/totals/healthy/messages-websocket").asLong();
        assertThat(messages).isEqualTo(3L * published);
        assertThat(requests.stream()
                        .filter(r -> r.startsWith("POST " + (batch.equals("1") ? "/api/publish" : "/api/bulk"))))
                .hasSize(report.at("/publishing/calls").asInt());
        assertThat(out.toString()).contains("complete          6, everything and in order");
        assertThat(Files.readString(folder.resolve("report.html"))).contains("\"clients\":{\"complete\":6");
    }

    /** The victim has two of four channels, and each suffers once. */
    @ParameterizedTest
    @CsvSource({
        "LOSE, 2, 0, 0, 0",
        "TWICE, 0, 2, 0, 0",
        "SWAP, 0, 0, 2, 0",
        "FLIP, 0, 0, 0, 2",
        "NOT_THE_FIRST, 2, 0, 0, 0"
    })
    void everyFaultIsFoundAndCountedOnce(Sin sin, long lost, long duplicated, long outOfOrder, long corrupt)
            throws IOException {
        JsonNode report = run(sin, false, "channels", "--fail-if", "faulty>0");
        assertFaults(report, lost, duplicated, outOfOrder, corrupt);
        assertClients(report, CLIENTS - 1, 0, 1);
        assertThat(exitCode).isEqualTo(1);
    }

    @Test
    void goodContentUnderAnothersOffsetIsFound() throws IOException {
        JsonNode report = run(Sin.STALE, false, "channels");
        assertClients(report, CLIENTS - 1, 0, 1);
        assertThat(report.at("/faults/corrupt").asLong()).isPositive();
    }

    @Test
    void aStreamThatFallsSilentLosesWhatTheOthersGot() throws IOException {
        JsonNode report = run(Sin.SILENT, false, "channels");
        assertClients(report, CLIENTS - 1, 0, 1);
        assertThat(report.at("/faults/lost").asInt()).isBetween(published / 2 - 20, published / 2);
    }

    @Test
    void twoWorkersFindTheSame() throws IOException {
        JsonNode report = run(Sin.LOSE, false, "channels", "--workers", "2");
        assertFaults(report, 2, 0, 0, 0);
        assertClients(report, CLIENTS - 1, 0, 1);
        assertThat(report.at("/publishing/confirmed").asInt()).isEqualTo(published);
    }

    @Test
    void aCallThatIsRefusedForNowIsMadeAgainAndNothingIsMissing() throws IOException {
        JsonNode report = run(Sin.BUSY, false, "channels");
        assertClients(report, CLIENTS, 0, 0);
        assertThat(report.at("/publishing/refusedBy/publish: HTTP status 429").asInt())
                .isPositive();
        assertThat(report.at("/publishing/confirmed").asInt()).isEqualTo(published);
    }

    @Test
    void aCallWhoseAnswerIsLostIsMadeAgainAndItsContentsAreToldApart() throws IOException {
        JsonNode report = run(Sin.MUTE, false, "channels");
        assertClients(report, CLIENTS, 0, 0);
        int uncertain = report.at("/publishing/uncertain").asInt();
        assertThat(uncertain).isPositive();
        assertThat(report.at("/totals/healthy/repeated").asInt()).isEqualTo(3 * uncertain);
        assertThat(report.at("/publishing/errors").asInt()).isZero();
    }

    @Test
    void aServerThatTakesNothingIsExitCodeThree() throws IOException {
        run(Sin.CLOSED, false, "channels");
        assertThat(exitCode).isEqualTo(3);
        assertThat(err.toString()).contains("nothing could be published");
        assertThat(out.toString()).contains("2 × publish: HTTP status 403", "publishing was refused");
    }

    @Test
    void afterAStormEverybodyHasEverything() throws IOException {
        JsonNode report =
                storm(Sin.NONE, "--storms", "2", "--fail-if", "faulty>0,absent>0,unrecovered>0,recovery-max>1s");
        assertThat(exitCode).as(out.toString() + err).isZero();
        assertClients(report, CLIENTS, 0, 0);
        assertFaults(report, 0, 0, 0, 0);
        assertThat(report.at("/recovery/dropped").asInt()).isEqualTo(2 * CLIENTS);
        assertThat(report.at("/recovery/recovered").asInt()).isEqualTo(2 * CLIENTS);
        assertThat(report.at("/recovery/caughtUp").asInt()).isPositive();
        assertThat(report.at("/connections/closed").asInt()).isZero();
        assertThat(report.at("/connections/reconnected").asInt()).isEqualTo(2 * CLIENTS);
        assertThat(requests.stream().filter(r -> r.contains("\r\nLast-Event-ID: Ep0ch1.")))
                .hasSize(CLIENTS);
        assertThat(requests.stream().filter(r -> r.matches("(?s).*(&recover=load:\\d,\\d+,Ep0ch1){2} HTTP.*")))
                .hasSize(CLIENTS);
    }

    @Test
    void whatIsNotReplayedAfterAStormIsASilentLoss() throws IOException {
        JsonNode report = storm(Sin.FORGET);
        assertThat(report.at("/clients/faulty").asInt()).isPositive();
        assertThat(report.at("/clients/complete").asInt()
                        + report.at("/clients/faulty").asInt())
                .isEqualTo(CLIENTS);
        assertThat(report.at("/faults/lost").asInt()).isPositive();
    }

    @Test
    void whatIsReplayedTwiceIsDuplicated() throws IOException {
        JsonNode report = storm(Sin.AGAIN, "--drop", "close");
        assertFaults(report, 0, 2 * CLIENTS, 0, 0);
        assertClients(report, 0, 0, CLIENTS);
    }

    @Test
    void anExplicitGapIsNoFault() throws IOException {
        JsonNode report = storm(Sin.TELL);
        assertFaults(report, 0, 0, 0, 0);
        assertThat(report.at("/clients/told").asInt()).isPositive();
        assertThat(report.at("/clients/told").asInt()
                        + report.at("/clients/complete").asInt())
                .isEqualTo(CLIENTS);
        assertThat(report.at("/recovery/toldMissing").asInt()).isPositive();
    }

    @Test
    void aGapThatEndsTooEarlyLeavesTheRestLost() throws IOException {
        JsonNode report = storm(Sin.TELL_TOO_LITTLE);
        assertThat(report.at("/clients/told").asInt()).isZero();
        assertThat(report.at("/faults/lost").asInt()).isPositive();
    }

    @Test
    void aCursorThatStandsElsewhereThanItsClientIsFound() throws IOException {
        JsonNode report = storm(Sin.AHEAD, "--sse-share", "1");
        assertThat(report.at("/totals/healthy/wrong-cursor").asInt()).isEqualTo(2 * CLIENTS);
        assertThat(report.at("/faults/lost").asInt()).isPositive();
    }

    @ParameterizedTest
    @CsvSource({"1", "3"})
    void ofEachKeyTheNewestMustBeThere(String keys) throws IOException {
        JsonNode report = run(Sin.LOSE, true, "reconnect-storm", "--keys", keys, "--spread", "300ms");
        assertClients(report, CLIENTS, 0, 0);
        assertFaults(report, 0, 0, 0, 0);
        assertThat(report.at("/totals/healthy/conflated").asInt()).isPositive();
    }

    @Test
    void aNewestThatDoesNotComeIsLost() throws IOException {
        JsonNode report = run(Sin.SILENT, true, "channels", "--keys", "3");
        assertFaults(report, 2 * 3, 0, 0, 0);
        assertClients(report, CLIENTS - 1, 0, 1);
    }

    @Test
    void slowReadersGetEverythingLater() throws IOException {
        String[] pause = {"--slow-share", "0.34", "--pause", "500ms", "--payload", "8000", "--publish-rate", "400/s"};
        JsonNode report = run(Sin.NONE, false, "slow-readers", pause);
        assertClients(report, CLIENTS, 0, 0);
        assertThat(report.at("/totals/slow/opened-sse").asInt()
                        + report.at("/totals/slow/opened-websocket").asInt())
                .isEqualTo(2);
        assertThat(report.at("/totals/slow/messages-sse").asInt()).isPositive();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "--scenario storm | 'storm' is not a scenario; allowed are broadcast, channels, reconnect-storm, slow-readers",
                "--channels 5 | Invalid option '--channels' with --scenario broadcast; it goes with channels, reconnect-storm,",
                "--scenario channels --spread 1s | Invalid option '--spread' with --scenario channels; it goes with reconnect-storm",
                "--scenario channels --slow-share 0.5 | Invalid option '--slow-share' with --scenario channels",
                "--scenario channels --payload 20 | '20' is not a number of bytes from 128",
                "--scenario channels --channels 2 --per-connection 3 | '--per-connection': '3' is too many; allowed are 2",
                "--scenario channels --channels 2 --publishers 3 | '--publishers': '3' is too many; allowed are 2",
                "--scenario channels --channel-prefix a/b | 'a/b' is not the beginning of a channel name",
                "--scenario reconnect-storm --drop gently | 'gently' is neither reset nor close",
                "--scenario reconnect-storm --duration 4s --spread 3s | '--spread': '3000 ms' leaves no time to be back",
                "--scenario slow-readers | '--slow-share': '0' leaves nobody to be slow",
                "--scenario slow-readers --slow-share 1 --duration 4s --pause 3s | '--pause': '3000 ms' is longer than half",
                "--fail-if unrecoverd>0 | unknown metric 'unrecoverd'"
            })
    void optionsThatDoNotGoTogetherAreNamed(String options, String message) {
        CommandLine command = Main.commandLine(new Interruption()).setErr(new PrintWriter(err));
        List<String> args = new ArrayList<>(List.of("--url", "http://127.0.0.1:1"));
        args.addAll(List.of(options.strip().split(" ")));
        assertThat(command.execute(args.toArray(String[]::new))).isEqualTo(2);
        assertThat(err.toString()).contains(message);
    }
}
