package dev.fanfare.gateway.doctor;

/**
 * What a number of connections needs. Every constant of the doctor is here, with where it comes from; change it here when a
 * measurement of the finished gateway says otherwise, and in docs/doctor.md. What concerns the kernel stands as a formula in
 * ops/sysctl/99-fanfare.conf and ops/limits/99-fanfare.conf too, which apply.sh installs: ops/sysctl/check compares the formulas with the
 * constants, a test of the doctor its remedies with the files.
 *
 * @param connections the target
 */
record Demand(int connections) {
    /** Jar, log and config files, epoll and event descriptors of each loop, listeners, and a few for metrics and admin. */
    static final int OTHER_FILES = 256;

    /** Bare Netty measured 1.25 to 1.34 KB of heap a connection (JDK 25 and 17); twice that for the session and shard entry. */
    static final int HEAP_PER_CONNECTION = 2560;

    /** Classes' data, metrics, young generation to breathe in. An estimate. */
    static final long HEAP_BASE = 64L << 20;

    /** Frames are shared, so a connection owns direct memory only while it is being read or is behind. An allowance. */
    static final int DIRECT_PER_CONNECTION = 512;

    /** Allocator chunks of the event loops. An estimate. */
    static final long DIRECT_BASE = 64L << 20;

    /** Code cache, metaspace, thread stacks, collector's tables. An estimate. */
    static final long JVM_BASE = 192L << 20;

    /**
     * Socket, file, inode and epoll entry of one idle connection: 4.8 KB of slab per end, measured on Linux 6.18 with 9,000
     * loopback connections. Counts as kernel memory, also against a cgroup; not against tcp_mem.
     */
    static final int KERNEL_PER_CONNECTION = 5 << 10;

    /**
     * Bytes of queued data, which is what tcp_mem counts: an idle connection 0, one with a single unread 230-byte tick exactly
     * one 4 KB page (same measurement). One page each way.
     */
    static final int TCP_BYTES_PER_CONNECTION = 8 << 10;

    /** In a reconnect storm everybody comes back within so many seconds, thanks to jitter... */
    static final int STORM_SECONDS = 10;

    /** ...and for so many milliseconds nobody accepts, because of a garbage collection or a handshake in the way. */
    static final int ACCEPT_PAUSE_MILLIS = 400;

    /** A backlog below this is not worth having on any server. */
    static final int SMALLEST_BACKLOG = 128;

    /** Closed connections stay in the table of connection tracking for two minutes, while their clients are back. */
    static final int TRACKED_PER_CONNECTION = 2;

    // A remedy is never below the kernel's own value (or systemd's, for the limit of open files), whatever the target.
    static final long LEAST_NR_OPEN = 1 << 20;
    static final long LEAST_OPEN_FILES = 1 << 19;
    static final long LEAST_BACKLOG = 4096;
    static final long LEAST_TRACKED = 1 << 18;

    long files() {
        return (long) connections + OTHER_FILES;
    }

    long backlog() {
        return Math.max(SMALLEST_BACKLOG, (long) connections * ACCEPT_PAUSE_MILLIS / (STORM_SECONDS * 1000L));
    }

    long tracked() {
        return (long) connections * TRACKED_PER_CONNECTION;
    }

    long heap() {
        return HEAP_BASE + (long) connections * HEAP_PER_CONNECTION;
    }

    long direct() {
        return DIRECT_BASE + (long) connections * DIRECT_PER_CONNECTION;
    }

    long tcpBytes() {
        return (long) connections * TCP_BYTES_PER_CONNECTION;
    }

    long kernel() {
        return (long) connections * KERNEL_PER_CONNECTION + tcpBytes();
    }
}
