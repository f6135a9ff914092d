package dev.fanfare.load.stats;

import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/**
 * What happened in a span of time: on one loop, in one process or in all of them. Intervals of neighbouring spans, of loops and
 * of processes add up exactly, histograms bucket by bucket. Not safe for several threads: handed over, never shared.
 */
public final class Interval {
    /** Latencies are recorded in milliseconds, the unit of the tick's {@code ts}; 1 ms steps up to 2 s, 0.1 % above. */
    public static final long LONGEST_MILLIS = 3_600_000;

    private final Tally healthy = new Tally();
    private final Tally slow = new Tally();
    private final Histogram latency = millis();
    private final Histogram connect = millis();
    private final Histogram handshake = millis();
    private final Histogram publish = millis();
    private final Histogram recovery = millis();
    private final Map<String, Long> failures = new TreeMap<>();
    private final Map<String, Long> endings = new TreeMap<>();
    private final Map<String, Long> refusals = new TreeMap<>();
    private long cpuNanos;

    /** A histogram of milliseconds, as all of ours are; only equal ones add up exactly. */
    static Histogram millis() {
        return new Histogram(1, LONGEST_MILLIS, 3);
    }

    /** Counts of the connections that read. */
    public Tally healthy() {
        return healthy;
    }

    /** Counts of the connections of {@code --slow-share}. */
    public Tally slow() {
        return slow;
    }

    /** Milliseconds from the making of a tick to its being read, one value per message of a healthy connection. */
    public Histogram latency() {
        return latency;
    }

    /** Milliseconds from the start of a try to the open stream, one value per stream opened. */
    public Histogram connect() {
        return connect;
    }

    /** Milliseconds from the TCP connection to the agreed keys, one value per TLS handshake. */
    public Histogram handshake() {
        return handshake;
    }

    /** Milliseconds from when a publication was due until it was confirmed, one value per publication. */
    public Histogram publish() {
        return publish;
    }

    /** Milliseconds from when a dropped client wanted to be back until it had everything, one value per return. */
    public Histogram recovery() {
        return recovery;
    }

    /** Reason to number of tries that failed. */
    public Map<String, Long> failures() {
        return failures;
    }

    /** Reason to number of streams that ended before the run did. */
    public Map<String, Long> endings() {
        return endings;
    }

    /** Reason to number of calls and publications the server refused, for now or for good. */
    public Map<String, Long> refusals() {
        return refusals;
    }

    /** CPU time this program used, all threads, user and system, in nanoseconds. */
    public long cpuNanos() {
        return cpuNanos;
    }

    /** Adds CPU time in nanoseconds. */
    public void addCpu(long nanos) {
        cpuNanos += nanos;
    }

    /** Adds {@code other} to this one. */
    public void add(Interval other) {
        healthy.add(other.healthy);
        slow.add(other.slow);
        latency.add(other.latency);
        connect.add(other.connect);
        handshake.add(other.handshake);
        publish.add(other.publish);
        recovery.add(other.recovery);
        other.failures.forEach((reason, number) -> failures.merge(reason, number, Long::sum));
        other.endings.forEach((reason, number) -> endings.merge(reason, number, Long::sum));
        other.refusals.forEach((reason, number) -> refusals.merge(reason, number, Long::sum));
        cpuNanos += other.cpuNanos;
    }

    /** Open streams of both groups, given that this interval reaches from the start until now. */
    public long open() {
        return healthy.open() + slow.open();
    }

    /** A count over both groups. */
    public long total(Counter counter) {
        return healthy.get(counter) + slow.get(counter);
    }
}
