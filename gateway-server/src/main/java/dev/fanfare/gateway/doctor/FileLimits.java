package dev.fanfare.gateway.doctor;

import dev.fanfare.gateway.doctor.Finding.Status;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Open files: of this process, of any process, of the whole host. A connection is one open file. */
final class FileLimits {
    private static final String LIMITS = "/proc/self/limits";
    private static final String NR_OPEN = "/proc/sys/fs/nr_open";
    private static final String ROW = "Max open files";
    private static final String WHY = "Each connection is an open file. At the limit the gateway stops accepting.";

    private final Host host;
    private final long needed;

    FileLimits(Host host, Demand demand) {
        this.host = host;
        this.needed = demand.files();
    }

    List<Finding> findings() {
        return List.of(
                ofProcess("open files, soft limit", 0), ofProcess("open files, hard limit", 1), nrOpen(), fileMax());
    }

    private Finding ofProcess(String name, int column) {
        Optional<String> limit = host.lines(LIMITS).stream()
                .filter(line -> line.startsWith(ROW))
                .map(line -> line.substring(ROW.length()).strip().split("\\s+"))
                .filter(words -> words.length > column && words[column].matches("\\d{1,18}|unlimited"))
                .map(words -> words[column])
                .findFirst();
        if (limit.isEmpty()) {
            return Finding.unreadable(name, Figures.count(needed), LIMITS);
        }
        if (limit.get().equals("unlimited")) {
            return Finding.ok(name, "unlimited", Figures.count(needed));
        }
        long actual = Long.parseLong(limit.get());
        return Finding.ok(name, Figures.count(actual), Figures.count(needed))
                .unless(actual >= needed, Status.FAIL, WHY, column == 0 ? softFix() : hardFix());
    }

    private List<String> softFix() {
        return List.of("this shell: ulimit -n " + Figures.rounded(needed)
                + "   (HotSpot raises it to the hard limit by itself, unless " + "-XX:-MaxFDLimit)");
    }

    private List<String> hardFix() {
        long hard = hardValue();
        return List.of(
                "systemd unit:  [Service] LimitNOFILE=" + hard,
                "login shells:  printf '* hard nofile %d\\nroot hard nofile %d\\n' > /etc/security/limits.d/99-fanfare.conf"
                        .formatted(hard, hard),
                "this shell:    ulimit -n " + hard + "   (as root)",
                "container:     docker run --ulimit nofile=" + hard + ":" + hard);
    }

    /** A limit above fs.nr_open is refused by the kernel, and a login that should get it fails. */
    private long hardValue() {
        long roomy = Figures.roomy(needed, Demand.LEAST_OPEN_FILES);
        long bound = host.number(NR_OPEN).orElse(roomy);
        return bound < needed ? roomy : Math.min(roomy, bound);
    }

    private Finding nrOpen() {
        OptionalLong actual = host.number(NR_OPEN);
        if (actual.isEmpty()) {
            return Finding.unreadable("fs.nr_open", Figures.count(needed), NR_OPEN);
        }
        return Finding.ok("fs.nr_open", Figures.count(actual.getAsLong()), Figures.count(needed))
                .unless(
                        actual.getAsLong() >= needed,
                        Status.FAIL,
                        "No process may have a higher limit of open files than this, not even root's.",
                        Figures.sysctl("fs.nr_open", Figures.roomy(needed, Demand.LEAST_NR_OPEN)));
    }

    /** The whole host shares fs.file-max, so what is open already is added. */
    private Finding fileMax() {
        String file = "/proc/sys/fs/file-max";
        OptionalLong actual = host.number(file);
        long open = host.number("/proc/sys/fs/file-nr").orElse(0);
        long wanted = needed + open;
        if (actual.isEmpty()) {
            return Finding.unreadable("fs.file-max", Figures.count(wanted), file);
        }
        return Finding.ok("fs.file-max", Figures.count(actual.getAsLong()), Figures.count(wanted))
                .unless(
                        actual.getAsLong() >= wanted,
                        Status.FAIL,
                        "All processes together may open so many files; %s are open already."
                                .formatted(Figures.count(open)),
                        Figures.sysctl("fs.file-max", Long.MAX_VALUE));
    }
}
