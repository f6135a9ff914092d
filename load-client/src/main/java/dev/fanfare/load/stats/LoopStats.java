package dev.fanfare.load.stats;

/** The counts of one event loop since they were last collected. That loop only, no synchronisation. */
public final class LoopStats {
    private Interval current = new Interval();

    /** The counts of the connections that read, or of those that do not. Fetch it anew each time: it changes on collection. */
    public Tally group(boolean slow) {
        return slow ? current.slow() : current.healthy();
    }

    /** Records one message's latency in milliseconds; what lies outside 0 to one hour is recorded as that bound. */
    public void latency(long millis) {
        if (millis < 0) {
            current.healthy().add(Counter.FUTURE, 1);
        }
        current.latency().recordValue(Math.min(Math.max(millis, 0), Interval.LONGEST_MILLIS));
    }

    /** Records how long a stream took to open, in milliseconds. */
    public void connectTime(long millis) {
        current.connect().recordValue(Math.min(Math.max(millis, 0), Interval.LONGEST_MILLIS));
    }

    /** Records how long TLS took to agree on keys, in milliseconds, and whether it continued a session of before. */
    public void handshakeTime(long millis, boolean resumed) {
        current.handshake().recordValue(Math.min(Math.max(millis, 0), Interval.LONGEST_MILLIS));
        current.healthy().add(Counter.TLS_HANDSHAKES, 1);
        current.healthy().add(Counter.TLS_RESUMED, resumed ? 1 : 0);
    }

    /** Records how long it took, from when it was due, until a publication was confirmed, in milliseconds. */
    public void publishTime(long millis) {
        current.publish().recordValue(Math.min(Math.max(millis, 0), Interval.LONGEST_MILLIS));
    }

    /** Records how long a dropped client took to have everything, in milliseconds. */
    public void recoveryTime(long millis) {
        current.recovery().recordValue(Math.min(Math.max(millis, 0), Interval.LONGEST_MILLIS));
    }

    /** Counts a call or a publication that was refused. */
    public void refused(Counter counter, String reason) {
        current.healthy().add(counter, 1);
        current.refusals().merge(reason, 1L, Long::sum);
    }

    /** Counts a stream this client cut on purpose. */
    public void dropped(boolean slow, Transport transport) {
        group(slow).add(Counter.ended(transport), 1);
        group(slow).add(Counter.DROPPED, 1);
    }

    /** Counts a try that failed. */
    public void failed(boolean slow, String reason) {
        group(slow).add(Counter.FAILED, 1);
        current.failures().merge(reason, 1L, Long::sum);
    }

    /** Counts a stream that ended before the run did. */
    public void ended(boolean slow, Transport transport, String reason) {
        group(slow).add(Counter.ended(transport), 1);
        current.endings().merge(reason, 1L, Long::sum);
    }

    /** Everything since the last call; counting begins anew. */
    public Interval collect() {
        Interval collected = current;
        current = new Interval();
        return collected;
    }
}
