package dev.fanfare.gateway.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.gateway.doctor.Finding.Status;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DoctorTest {
    private static final Jvm FIT = new Jvm(25, 4L << 30, 4L << 30, 8);

    @TempDir
    Path root;

    private FakeHost fake;

    @BeforeEach
    void fitHost() {
        fake = new FakeHost(root);
    }

    @Test
    void aFitHostPassesEveryCheck() {
        assertThat(fake.findings(FIT)).extracting(Finding::status).containsOnly(Status.OK, Status.INFO);
        assertThat(report(FIT).exit).isZero();
        assertThat(report(FIT).text).endsWith("doctor: none of 12 checks fails for 100,000 connections\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/proc/sys/fs/nr_open|65536|fs.nr_open|FAIL|sysctl -w fs.nr_open=1048576",
                "/proc/sys/fs/file-max|101279|fs.file-max|FAIL|sysctl -w fs.file-max=9223372036854775807",
                "/proc/sys/net/core/somaxconn|128|net.core.somaxconn|WARN|sysctl -w net.core.somaxconn=4096",
                "/proc/sys/net/ipv4/tcp_mem|1 199999 200000|tcp_mem, pressure and max|WARN|sysctl -w net.ipv4.tcp_mem=\"150528 200704 300032\"",
                "/proc/sys/net/ipv4/tcp_mem|1 2 199999|tcp_mem, pressure and max|FAIL|sysctl -w net.ipv4.tcp_mem=\"150528 200704 300032\"",
                "/proc/sys/net/netfilter/nf_conntrack_max|65536|nf_conntrack_max|FAIL|sysctl -w net.netfilter.nf_conntrack_max=262144",
                "/proc/sys/net/netfilter/nf_conntrack_max|200000|nf_conntrack_max|OK|",
                "/proc/meminfo|MemTotal: 1000000 kB|memory of the host|FAIL|a host with at least 2,048 MiB",
                "/proc/meminfo|MemTotal: 4000000 kB|memory of the host|WARN|java -Xmx309m",
                "/proc/sys/vm/overcommit_memory|2|vm.overcommit_memory|OK|"
            })
    void aSpoiltFileIsNoticedAndItsRemedyNamed(String file, String text, String name, Status status, String fix) {
        fake.with(file, text);

        Finding finding = fake.finding(FIT, name);

        assertThat(finding.status()).isEqualTo(status);
        assertThat(String.join("\n", finding.fix())).contains(fix == null ? "" : fix);
    }

    @Test
    void tooFewOpenFilesFailForTheSoftAndTheHardLimitSeparately() {
        fake.openFiles("1024", "100255");

        assertThat(fake.finding(FIT, "open files, soft limit").fix().get(0)).contains("ulimit -n 100352");
        Finding hard = fake.finding(FIT, "open files, hard limit");
        assertThat(hard.status()).isEqualTo(Status.FAIL);
        assertThat(hard.needed()).isEqualTo("100,256");
        assertThat(hard.fix()).anyMatch(fix -> fix.contains("LimitNOFILE=524288"));
    }

    @Test
    void aLimitAboveWhatTheKernelTakesIsNotAdvised() {
        fake.openFiles("1024", "1024").with("/proc/sys/fs/nr_open", "200000");

        assertThat(fake.finding(FIT, "open files, hard limit").fix())
                .contains("systemd unit:  [Service] LimitNOFILE=200000");
    }

    @Test
    void exactlyEnoughAndUnlimitedOpenFilesPass() {
        fake.openFiles("100256", "unlimited");

        assertThat(fake.finding(FIT, "open files, soft limit").status()).isEqualTo(Status.OK);
        assertThat(fake.finding(FIT, "open files, hard limit").actual()).isEqualTo("unlimited");
    }

    @Test
    void connectionsTrackedAlreadyNeedRoomToo() {
        fake.with("/proc/sys/net/netfilter/nf_conntrack_max", "200000");
        fake.with("/proc/sys/net/netfilter/nf_conntrack_count", "1");

        assertThat(fake.finding(FIT, "nf_conntrack_max").status()).isEqualTo(Status.FAIL);
    }

    @Test
    void theTableOfConnectionTrackingIsNeverMadeSmaller() {
        fake.with("/proc/sys/net/netfilter/nf_conntrack_max", "65536");
        String hashsize = "/sys/module/nf_conntrack/parameters/hashsize";

        assertThat(fake.finding(FIT, "nf_conntrack_max").fix()).noneMatch(fix -> fix.contains("hashsize"));
        fake.with(hashsize, "65536");
        assertThat(fake.finding(FIT, "nf_conntrack_max").fix()).noneMatch(fix -> fix.contains("hashsize"));
        fake.with(hashsize, "65535");
        assertThat(fake.finding(FIT, "nf_conntrack_max").fix()).contains("echo 65536 > " + hashsize);
    }

    @Test
    void notTrackingConcernsBothDirectionsOfChainsThatAreMadeFirst() {
        fake.with("/proc/sys/net/netfilter/nf_conntrack_max", "1");

        assertThat(fake.finding(FIT, "nf_conntrack_max").fix())
                .containsSubsequence(
                        "nft add table inet fanfare",
                        "nft 'add chain inet fanfare in { type filter hook prerouting priority raw; }'",
                        "nft 'add chain inet fanfare out { type filter hook output priority raw; }'",
                        "nft add rule inet fanfare in tcp dport 8080 notrack",
                        "nft add rule inet fanfare out tcp sport 8080 notrack");
    }

    @Test
    void aFigureOfTcpMemThatIsHigherAlreadyStays() {
        fake.with("/proc/sys/net/ipv4/tcp_mem", "1000 2000 999999999");

        assertThat(fake.finding(FIT, "tcp_mem, pressure and max").fix())
                .contains("sysctl -w net.ipv4.tcp_mem=\"150528 200704 999999999\"");
    }

    @Test
    void conntrackThatIsNotLoadedIsNoCheck() {
        assertThat(fake.finding(FIT, "nf_conntrack_max").status()).isEqualTo(Status.INFO);
    }

    @Test
    void aSmallSynBacklogMattersOnlyWithoutSynCookies() {
        fake.with("/proc/sys/net/ipv4/tcp_max_syn_backlog", "512");
        assertThat(fake.finding(FIT, "tcp_max_syn_backlog").status()).isEqualTo(Status.OK);

        fake.with("/proc/sys/net/ipv4/tcp_syncookies", "0");
        assertThat(fake.finding(FIT, "tcp_max_syn_backlog").status()).isEqualTo(Status.WARN);
        assertThat(fake.finding(FIT, "tcp_max_syn_backlog").fix()).contains("sysctl -w net.ipv4.tcp_syncookies=1");
    }

    @Test
    void largePagesAreReckonedWithAndHugePagesOfTheHeapAreNot() {
        fake.with("/proc/self/smaps", "KernelPageSize:     2048 kB\nKernelPageSize:       64 kB");
        fake.with("/proc/sys/net/ipv4/tcp_mem", "1 2 3");

        assertThat(fake.finding(FIT, "tcp_mem, pressure and max").why())
                .startsWith("100,000 connections x 2 pages of 65536 bytes (one queued each way) = 12,500 MiB.");
    }

    @Test
    void aSmallHeapFails() {
        Finding heap = fake.finding(new Jvm(25, 256L << 20, 4L << 30, 8), "JVM heap");

        assertThat(heap.status()).isEqualTo(Status.FAIL);
        assertThat(heap.needed()).isEqualTo("309 MiB");
        assertThat(heap.fix()).containsExactly("java -Xmx309m -jar gateway-server.jar ...");
    }

    @Test
    void littleDirectMemoryFails() {
        Finding direct = fake.finding(new Jvm(25, 4L << 30, 64L << 20, 8), "JVM direct memory");

        assertThat(direct.status()).isEqualTo(Status.FAIL);
        assertThat(direct.fix().get(0)).contains("-XX:MaxDirectMemorySize=113m");
    }

    @Test
    void strictOvercommitWarnsWhenTheCommitLimitIsUsedUp() {
        fake.with("/proc/sys/vm/overcommit_memory", "2");
        fake.with("/proc/meminfo", "MemTotal: 24684092 kB\nCommitLimit: 3000000 kB\nCommitted_AS: 1000000 kB");

        assertThat(fake.finding(FIT, "vm.overcommit_memory").status()).isEqualTo(Status.WARN);
    }

    @Test
    void anOldJdkFailsAndJdk17Passes() {
        assertThat(fake.finding(new Jvm(11, 4L << 30, 4L << 30, 8), "JDK").status())
                .isEqualTo(Status.FAIL);
        Finding jdk17 = fake.finding(new Jvm(17, 4L << 30, 4L << 30, 8), "JDK");
        assertThat(jdk17.status()).isEqualTo(Status.OK);
        assertThat(jdk17.why()).contains("25 is recommended");
    }

    @Test
    void theContainersLimitCountsInsteadOfTheHosts() {
        fake.with("/proc/self/cgroup", "0::/app/gateway").with("/sys/fs/cgroup/app/memory.max", "1073741824");

        Finding memory = fake.finding(FIT, "memory of the container");

        assertThat(memory.status()).isEqualTo(Status.FAIL);
        assertThat(memory.why()).contains("heap 309 MiB", "sockets 1,270 MiB");
        assertThat(memory.fix().get(0)).isEqualTo("docker run --memory=2048m");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/proc/self/limits",
                "/proc/sys/fs/nr_open",
                "/proc/sys/fs/file-max",
                "/proc/sys/net/core/somaxconn",
                "/proc/sys/net/ipv4/tcp_max_syn_backlog",
                "/proc/sys/net/ipv4/tcp_mem",
                "/proc/sys/vm/overcommit_memory",
                "/proc/meminfo",
                "/proc/sys/net/netfilter/nf_conntrack_max"
            })
    void aFileThatCannotBeReadIsAWarningThatNamesIt(String file) {
        fake.unreadable(file);

        assertThat(fake.findings(FIT)).anySatisfy(finding -> {
            assertThat(finding.status()).isEqualTo(Status.WARN);
            assertThat(finding.actual()).isEqualTo("cannot be read");
            assertThat(finding.why()).contains(file);
        });
        assertThat(report(FIT).exit).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "max", "12x", "99999999999999999999999", "- -", "\u0000\u00ff"})
    void nonsenseInAFileIsNeverAnException(String nonsense) {
        for (Finding finding : fake.findings(FIT)) {
            assertThat(finding.name()).isNotEmpty();
        }
        fake.openFiles(nonsense, nonsense);
        for (String file : new String[] {"fs/nr_open", "net/core/somaxconn", "net/ipv4/tcp_mem", "net/ipv4/tcp_rmem"}) {
            fake.with("/proc/sys/" + file, nonsense);
        }
        fake.with("/proc/self/cgroup", nonsense).with("/proc/meminfo", "MemTotal: " + nonsense + " kB");

        assertThat(report(FIT).text).contains("doctor: ");
    }

    @Test
    void aHostWithoutAnyOfTheFilesGetsAReportOfWarnings(@TempDir Path empty) {
        Doctor doctor = new Doctor(new Host(empty), FIT);

        assertThat(doctor.examine(1)).extracting(Finding::status).doesNotContain(Status.FAIL);
    }

    @Test
    void theReportFitsIn100ColumnsExceptForCommandsToCopy() {
        fake.openFiles("20000", "20000").with("/proc/sys/net/ipv4/tcp_mem", "1 2 3");
        fake.with("/proc/sys/net/core/somaxconn", "128").with("/proc/sys/net/netfilter/nf_conntrack_max", "1");

        Printed printed = report(FIT);

        assertThat(printed.exit).isEqualTo(1);
        assertThat(printed.text.lines().filter(line -> !line.startsWith("      ")))
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
        assertThat(printed.text).endsWith("doctor: 4 of 13 checks fail, 1 warns for 100,000 connections\n");
        assertThat(printed.text).contains("What has to change:", "What should change:", "Good to know:");
        assertThat(printed.text).contains("      ops/sysctl/apply.sh --target 100000\n");
    }

    @Test
    void applyIsNotNamedForWhatItDoesNotSet() {
        fake.with("/proc/sys/vm/overcommit_memory", "2");
        fake.with("/proc/meminfo", "MemTotal: 2000000 kB\nCommitLimit: 1 kB\nCommitted_AS: 1 kB");

        assertThat(report(new Jvm(25, 1 << 20, 1 << 20, 8)).text)
                .contains("What has to change:", "98-overcommit.conf")
                .doesNotContain("apply.sh", "99-fanfare.conf");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE, 10_000_001, Integer.MAX_VALUE})
    void aTargetOutOfRangeIsRefusedWithWhatIsAllowed(int target) {
        assertThatThrownBy(() -> new Doctor(fake.host(), FIT).examine(target))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("--target is " + target + "; allowed is a number of connections from 1 to 10000000");
    }

    @Test
    void theLargestTargetOverflowsNothing() {
        assertThat(new Doctor(fake.host(), FIT).examine(Doctor.MOST_CONNECTIONS))
                .extracting(Finding::needed)
                .noneMatch(needed -> needed.startsWith("-") && needed.length() > 1);
    }

    @Test
    void thisVeryMachineCanBeExamined() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        int exit = new Doctor().run(1, new PrintStream(bytes, true, StandardCharsets.UTF_8));

        assertThat(exit).isBetween(0, 1);
        assertThat(bytes.toString(StandardCharsets.UTF_8)).contains("can this host carry 1 connection?", "doctor: ");
    }

    private Printed report(Jvm jvm) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int exit =
                new Doctor(fake.host(), jvm).run(FakeHost.TARGET, new PrintStream(bytes, true, StandardCharsets.UTF_8));
        return new Printed(exit, bytes.toString(StandardCharsets.UTF_8));
    }

    private record Printed(int exit, String text) {}
}
