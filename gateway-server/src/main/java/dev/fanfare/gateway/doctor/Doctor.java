package dev.fanfare.gateway.doctor;

import dev.fanfare.gateway.doctor.Finding.Status;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Compares what this host and this JVM allow with what a number of connections needs. Only reads; changes nothing. Start it
 * with the user, the shell or unit and the JVM flags of the gateway, because all of them set limits. Any thread.
 */
public final class Doctor {
    /** More than a process can have files open on Linux by default; beyond it a typing error is likelier than a plan. */
    public static final int MOST_CONNECTIONS = 10_000_000;

    private final Host host;
    private final Jvm jvm;

    /** Examines the machine and JVM it runs in. */
    public Doctor() {
        this(new Host(Path.of("/")), Jvm.running());
    }

    Doctor(Host host, Jvm jvm) {
        this.host = host;
        this.jvm = jvm;
    }

    /**
     * Examines and prints the report.
     *
     * @param target connections wanted, 1 to {@link #MOST_CONNECTIONS}
     * @return the exit code: 0 when no check fails (warnings allowed), 1 when one does
     * @throws IllegalArgumentException when the target is out of range; the message is a sentence for the user
     */
    public int run(int target, PrintStream out) {
        List<Finding> findings = examine(target);
        new Report(out).print(target, findings);
        return findings.stream().anyMatch(finding -> finding.status() == Status.FAIL) ? 1 : 0;
    }

    List<Finding> examine(int target) {
        if (target < 1 || target > MOST_CONNECTIONS) {
            throw new IllegalArgumentException("--target is %d; allowed is a number of connections from 1 to %d"
                    .formatted(target, MOST_CONNECTIONS));
        }
        Demand demand = new Demand(target);
        List<Finding> findings = new ArrayList<>();
        findings.addAll(new FileLimits(host, demand).findings());
        findings.addAll(new ConnectionLimits(host, demand).findings());
        findings.addAll(new TcpMemory(host, demand).findings());
        findings.addAll(new MemoryLimits(host, jvm, demand).findings());
        findings.addAll(new Platform(host, jvm).findings());
        return findings;
    }
}
