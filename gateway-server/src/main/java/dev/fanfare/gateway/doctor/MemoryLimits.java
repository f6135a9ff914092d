package dev.fanfare.gateway.doctor;

import dev.fanfare.gateway.doctor.Finding.Status;
import java.util.List;
import java.util.OptionalLong;

/** Heap and direct memory of the JVM, and whether host or container can hold them together with the kernel's share. */
final class MemoryLimits {
    private static final String MEMINFO = "/proc/meminfo";
    private static final String OVERCOMMIT = "/proc/sys/vm/overcommit_memory";
    private static final long NEVER_OVERCOMMIT = 2;

    private final Host host;
    private final Jvm jvm;
    private final Demand demand;

    MemoryLimits(Host host, Jvm jvm, Demand demand) {
        this.host = host;
        this.jvm = jvm;
        this.demand = demand;
    }

    List<Finding> findings() {
        return List.of(heap(), direct(), total(), overcommit());
    }

    private Finding heap() {
        return Finding.ok("JVM heap", Figures.mebibytes(jvm.maxHeap()), Figures.mebibytes(demand.heap()))
                .unless(
                        jvm.maxHeap() >= demand.heap(),
                        Status.FAIL,
                        "%s connections x %d bytes + %s. With ZGC, which has no compressed pointers, allow three times as much."
                                .formatted(
                                        Figures.count(demand.connections()),
                                        Demand.HEAP_PER_CONNECTION,
                                        Figures.mebibytes(Demand.HEAP_BASE)),
                        List.of("java -Xmx" + Figures.toMebibytes(demand.heap()) + "m -jar gateway-server.jar ..."));
    }

    private Finding direct() {
        return Finding.ok("JVM direct memory", Figures.mebibytes(jvm.maxDirect()), Figures.mebibytes(demand.direct()))
                .unless(
                        jvm.maxDirect() >= demand.direct(),
                        Status.FAIL,
                        "%s connections x %d bytes + %s. Netty's buffers are direct memory; without the flag its limit is the heap's."
                                .formatted(
                                        Figures.count(demand.connections()),
                                        Demand.DIRECT_PER_CONNECTION,
                                        Figures.mebibytes(Demand.DIRECT_BASE)),
                        List.of("java -XX:MaxDirectMemorySize=" + Figures.toMebibytes(demand.direct())
                                + "m -jar gateway-server.jar ..."));
    }

    private Finding total() {
        OptionalLong cgroup = new Cgroup(host).memoryLimit();
        OptionalLong ram = host.kilobytes(MEMINFO, "MemTotal:");
        boolean contained = cgroup.isPresent() && cgroup.getAsLong() < ram.orElse(Long.MAX_VALUE);
        String name = contained ? "memory of the container" : "memory of the host";
        long outsideHeap = demand.direct() + Demand.JVM_BASE + demand.kernel();
        long needed = demand.heap() + outsideHeap;
        if (!contained && ram.isEmpty()) {
            return Finding.unreadable(name, Figures.mebibytes(needed), MEMINFO);
        }
        long limit = contained ? cgroup.getAsLong() : ram.getAsLong();
        String sum = "heap %s + direct %s + JVM %s + sockets %s"
                .formatted(
                        Figures.mebibytes(demand.heap()), Figures.mebibytes(demand.direct()),
                        Figures.mebibytes(Demand.JVM_BASE), Figures.mebibytes(demand.kernel()));
        return Finding.ok(name, Figures.mebibytes(limit), Figures.mebibytes(needed))
                .unless(
                        limit >= jvm.maxHeap() + outsideHeap,
                        Status.WARN,
                        "A heap that grows to its limit of %s leaves no room for the rest (%s): the process may be killed."
                                .formatted(Figures.mebibytes(jvm.maxHeap()), sum),
                        List.of("java -Xmx" + Figures.toMebibytes(demand.heap()) + "m -jar gateway-server.jar ..."))
                .unless(limit >= needed, Status.FAIL, "Needed: " + sum + ".", memoryFix(contained, needed));
    }

    private static List<String> memoryFix(boolean contained, long needed) {
        long mebibytes = Figures.rounded(Figures.toMebibytes(needed));
        return contained
                ? List.of(
                        "docker run --memory=" + mebibytes + "m",
                        "systemd unit: [Service] MemoryMax=" + mebibytes + "M")
                : List.of("a host with at least " + Figures.count(mebibytes) + " MiB of memory, or a smaller --target");
    }

    private Finding overcommit() {
        String name = "vm.overcommit_memory";
        OptionalLong mode = host.number(OVERCOMMIT);
        if (mode.isEmpty()) {
            return Finding.unreadable(name, "0 or 1", OVERCOMMIT);
        }
        OptionalLong limit = host.kilobytes(MEMINFO, "CommitLimit:");
        long promised = host.kilobytes(MEMINFO, "Committed_AS:").orElse(0);
        long wanted = jvm.maxHeap() + demand.direct() + Demand.JVM_BASE;
        boolean passes =
                mode.getAsLong() != NEVER_OVERCOMMIT || (limit.isPresent() && limit.getAsLong() - promised >= wanted);
        return Finding.ok(name, Long.toString(mode.getAsLong()), "0 or 1")
                .unless(
                        passes,
                        Status.WARN,
                        "The kernel promises no more memory than CommitLimit (%s, of which %s are promised); the JVM asks for up to %s."
                                .formatted(
                                        limit.isPresent() ? Figures.mebibytes(limit.getAsLong()) : "unknown",
                                        Figures.mebibytes(promised),
                                        Figures.mebibytes(wanted)),
                        // Not for apply.sh: whether memory is promised beforehand is for the owner of the host to say.
                        List.of(
                                "sysctl -w vm.overcommit_memory=0",
                                "echo 'vm.overcommit_memory = 0' >> /etc/sysctl.d/98-overcommit.conf"));
    }
}
