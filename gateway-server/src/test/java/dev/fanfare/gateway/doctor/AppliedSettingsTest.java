package dev.fanfare.gateway.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.gateway.doctor.Finding.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The doctor asks for what apply.sh sets: its remedies are the lines of the files under {@code ops/}, which hold the figures for
 * {@link FakeHost#TARGET} connections. For other targets ops/sysctl/check compares the formulas.
 */
class AppliedSettingsTest {
    private static final Jvm FIT = new Jvm(25, 4L << 30, 4L << 30, 8);
    private static final String SET = "sysctl -w ";

    @TempDir
    Path root;

    private FakeHost fake;
    private Map<String, String> file;

    @BeforeEach
    void read() throws IOException {
        fake = new FakeHost(root).with("/proc/sys/fs/file-nr", "0 0 1");
        file = new TreeMap<>();
        for (String line : lines("ops/sysctl/99-fanfare.conf")) {
            String[] keyAndValue = line.split(" = ", 2);
            file.put(keyAndValue[0].replaceFirst("^-", ""), keyAndValue[1]);
        }
        assertThat(file).hasSizeGreaterThan(4);
    }

    @Test
    void onAHostThatHasNextToNothingTheRemediesAreTheLinesOfTheFile() {
        fake.with("/proc/sys/net/ipv4/tcp_max_syn_backlog", "1");
        file.keySet().forEach(key -> fake.with(path(key), key.endsWith("tcp_mem") ? "0 0 0" : "0"));

        Map<String, String> asked = new TreeMap<>();
        fixes().filter(fix -> fix.startsWith(SET)).forEach(fix -> {
            String[] keyAndValue = fix.substring(SET.length()).split("=", 2);
            asked.put(keyAndValue[0], keyAndValue[1].replace("\"", ""));
        });

        assertThat(asked).isEqualTo(file);
        assertThat(fixes().filter(fix -> fix.startsWith("echo ")))
                .containsExactlyInAnyOrderElementsOf(file.entrySet().stream()
                        .map(e -> "echo '" + e.getKey() + " = " + e.getValue() + "' >> /etc/sysctl.d/99-fanfare.conf")
                        .toList());
    }

    @Test
    void theRemedyForOpenFilesIsTheFileOfLimits() throws IOException {
        fake.openFiles("1024", "1024");
        List<String> limits = lines("ops/limits/99-fanfare.conf").stream()
                .map(line -> line.replaceAll(" +", " "))
                .toList();

        assertThat(fixes())
                .contains("login shells:  printf '" + String.join("\\n", limits)
                        + "\\n' > /etc/security/limits.d/99-fanfare.conf");
    }

    @Test
    void aHostThatHasWhatTheFileSetsPasses() {
        file.forEach((key, value) -> fake.with(path(key), value));

        assertThat(fake.findings(FIT)).extracting(Finding::status).containsOnly(Status.OK, Status.INFO);
    }

    private Stream<String> fixes() {
        return fake.findings(FIT).stream().flatMap(finding -> finding.fix().stream());
    }

    private static String path(String key) {
        return "/proc/sys/" + key.replace('.', '/');
    }

    /** Without comments; the tests run in the folder of their module. */
    private static List<String> lines(String file) throws IOException {
        return Files.readAllLines(Path.of("..", file)).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .toList();
    }
}
