package dev.fanfare.gateway.doctor;

import dev.fanfare.gateway.doctor.Finding.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** What the kernel puts in the way of a connection being made and kept: backlogs, port range, connection tracking. */
final class ConnectionLimits {
    private static final String SOMAXCONN = "/proc/sys/net/core/somaxconn";
    private static final String SYN_BACKLOG = "/proc/sys/net/ipv4/tcp_max_syn_backlog";
    private static final String SYN_COOKIES = "/proc/sys/net/ipv4/tcp_syncookies";
    private static final String PORT_RANGE = "/proc/sys/net/ipv4/ip_local_port_range";
    private static final String CONNTRACK = "/proc/sys/net/netfilter/nf_conntrack_max";
    private static final String CONNTRACK_COUNT = "/proc/sys/net/netfilter/nf_conntrack_count";

    private static final String CONNTRACK_BUCKETS = "/sys/module/nf_conntrack/parameters/hashsize";
    /** Longer chains than this make looking up noticeably slower; what the kernel itself had before 5.15. */
    private static final int ENTRIES_PER_BUCKET = 4;
    /** Tried by ops/tuning/lab.sh, which takes them from the report. */
    private static final List<String> UNTRACKED = List.of(
            "nft add table inet fanfare",
            "nft 'add chain inet fanfare in { type filter hook prerouting priority raw; }'",
            "nft 'add chain inet fanfare out { type filter hook output priority raw; }'",
            "nft add rule inet fanfare in tcp dport 8080 notrack",
            "nft add rule inet fanfare out tcp sport 8080 notrack");

    private final Host host;
    private final Demand demand;

    ConnectionLimits(Host host, Demand demand) {
        this.host = host;
        this.demand = demand;
    }

    List<Finding> findings() {
        return List.of(acceptBacklog(), synBacklog(), conntrack(), portRange());
    }

    private Finding acceptBacklog() {
        String name = "net.core.somaxconn";
        String needed = Figures.count(demand.backlog());
        OptionalLong actual = host.number(SOMAXCONN);
        if (actual.isEmpty()) {
            return Finding.unreadable(name, needed, SOMAXCONN);
        }
        return Finding.ok(name, Figures.count(actual.getAsLong()), needed)
                .unless(
                        actual.getAsLong() >= demand.backlog(),
                        Status.WARN,
                        "When all clients reconnect within %d s and accepting pauses for %d ms, so many wait. More are dropped and try again after 1 s, 3 s, 7 s."
                                .formatted(Demand.STORM_SECONDS, Demand.ACCEPT_PAUSE_MILLIS),
                        Figures.sysctl(name, Figures.roomy(demand.backlog(), Demand.LEAST_BACKLOG)));
    }

    /** With SYN cookies, the default, a full SYN backlog costs TCP options but no connection; without them it drops. */
    private Finding synBacklog() {
        String name = "tcp_max_syn_backlog";
        String needed = Figures.count(demand.backlog());
        OptionalLong actual = host.number(SYN_BACKLOG);
        if (actual.isEmpty()) {
            return Finding.unreadable(name, needed, SYN_BACKLOG);
        }
        boolean cookies = host.number(SYN_COOKIES).orElse(0) != 0;
        String shown = Figures.count(actual.getAsLong()) + (cookies ? " and SYN cookies" : "");
        return Finding.ok(name, shown, needed)
                .unless(
                        cookies || actual.getAsLong() >= demand.backlog(),
                        Status.WARN,
                        "SYN cookies are off or unknown, so handshakes beyond this backlog are dropped and tried again after 1 s.",
                        Figures.sysctl("net.ipv4.tcp_syncookies", 1));
    }

    private Finding conntrack() {
        String name = "nf_conntrack_max";
        if (!host.exists(CONNTRACK)) {
            return Finding.info(name, "not loaded", "");
        }
        long wanted = demand.tracked() + host.number(CONNTRACK_COUNT).orElse(0);
        OptionalLong actual = host.number(CONNTRACK);
        if (actual.isEmpty()) {
            return Finding.unreadable(name, Figures.count(wanted), CONNTRACK);
        }
        return Finding.ok(name, Figures.count(actual.getAsLong()), Figures.count(wanted))
                .unless(
                        actual.getAsLong() >= wanted,
                        Status.FAIL,
                        "Connection tracking is loaded: when its table is full the kernel drops packets of new connections.",
                        conntrackFix(Figures.roomy(wanted, Demand.LEAST_TRACKED)));
    }

    private List<String> conntrackFix(long value) {
        List<String> fix = new ArrayList<>(Figures.sysctl("net.netfilter.nf_conntrack_max", value));
        long buckets = value / ENTRIES_PER_BUCKET;
        // Kernels since 5.15 have a bucket for each entry, so this would often make the table smaller.
        if (host.number(CONNTRACK_BUCKETS).orElse(Long.MAX_VALUE) < buckets) {
            fix.add("echo " + buckets + " > " + CONNTRACK_BUCKETS);
        }
        fix.add("or do not track the gateway's port, 8080 here, in either direction (lasts until the next boot):");
        fix.addAll(UNTRACKED);
        return fix;
    }

    private Finding portRange() {
        String name = "ip_local_port_range";
        Optional<long[]> range = host.numbers(PORT_RANGE, 2);
        if (range.isEmpty()) {
            return Finding.info(name, "cannot be read", "");
        }
        long ports = range.get()[1] - range.get()[0] + 1;
        return Finding.info(
                name,
                range.get()[0] + " to " + range.get()[1],
                "Does not limit the gateway, which uses one port. It limits whoever connects: a load generator or a proxy has "
                        + Figures.count(ports) + " ports per source address and gateway address.");
    }
}
