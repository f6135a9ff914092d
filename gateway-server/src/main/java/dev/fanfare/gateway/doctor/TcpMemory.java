package dev.fanfare.gateway.doctor;

import dev.fanfare.gateway.doctor.Finding.Status;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Memory the kernel grants to data waiting in sockets: for all of them together, and for each. */
final class TcpMemory {
    private static final String TCP_MEM = "/proc/sys/net/ipv4/tcp_mem";
    private static final String SMAPS = "/proc/self/smaps";
    private static final long USUAL_PAGE = 4096;

    private final Host host;
    private final Demand demand;

    TcpMemory(Host host, Demand demand) {
        this.host = host;
        this.demand = demand;
    }

    List<Finding> findings() {
        return List.of(
                ofAllSockets(),
                ofOneSocket(
                        "tcp_rmem",
                        "What one socket may hold unread: least, start, most bytes. Limits, not set aside."),
                ofOneSocket(
                        "tcp_wmem",
                        "What one socket may hold unsent: least, start, most bytes. A client that stops reading can pin the last figure."));
    }

    private Finding ofAllSockets() {
        // tcp_mem is in pages, and those are 64 KB on some ARM kernels. The smallest, because a heap may be on huge
        // pages.
        long page = host.kilobytes(SMAPS, "KernelPageSize:").orElse(USUAL_PAGE);
        long pagesEach = Math.max(2, Demand.TCP_BYTES_PER_CONNECTION / Math.max(1, page));
        long needed = pagesEach * demand.connections();
        String name = "tcp_mem, pressure and max";
        Optional<long[]> limits = host.numbers(TCP_MEM, 3);
        if (limits.isEmpty()) {
            return Finding.unreadable(name, Figures.count(needed) + " pages", TCP_MEM);
        }
        long pressure = limits.get()[1];
        long max = limits.get()[2];
        String why = "%s connections x %d pages of %d bytes (one queued each way) = %s. "
                .formatted(Figures.count(demand.connections()), pagesEach, page, Figures.mebibytes(needed * page));
        String outcome = max < needed
                ? "Above the last figure the kernel drops data of every connection."
                : "Above the middle figure the kernel shrinks everybody's windows.";
        return Finding.ok(name, Figures.count(pressure) + " " + Figures.count(max), Figures.count(needed) + " pages")
                .unless(
                        pressure >= needed,
                        max < needed ? Status.FAIL : Status.WARN,
                        why + outcome,
                        fix(needed, limits.get()));
    }

    /** The kernel's own proportion, 3 : 4 : 6; a figure that is higher already stays. */
    private static List<String> fix(long needed, long[] now) {
        long[] wanted = {needed * 3 / 4, needed, needed * 3 / 2};
        return Figures.sysctl(
                "net.ipv4.tcp_mem",
                IntStream.range(0, wanted.length)
                        .mapToObj(i -> Long.toString(Math.max(now[i], Figures.rounded(wanted[i]))))
                        .collect(Collectors.joining(" ")));
    }

    private Finding ofOneSocket(String name, String why) {
        String actual = host.text("/proc/sys/net/ipv4/" + name)
                .map(text -> text.replaceAll("\\s+", " "))
                .orElse("cannot be read");
        return Finding.info(name, actual, why);
    }
}
