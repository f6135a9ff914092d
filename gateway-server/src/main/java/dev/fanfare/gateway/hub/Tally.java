package dev.fanfare.gateway.hub;

import dev.fanfare.gateway.metrics.GatewayMetrics;
import dev.fanfare.gateway.metrics.StreamKind;

/** Plain counters of one shard, handed to the metrics once per pass. Owned by the shard's event loop. */
final class Tally {
    private static final StreamKind[] KINDS = StreamKind.values();

    private final long[] messages = new long[KINDS.length];
    private final long[] bytes = new long[KINDS.length];
    private long dropped;
    private long conflated;
    private long slowEpisodes;
    private long gaps;
    private long replayed;
    private long retries;

    void delivered(StreamKind kind, int length) {
        delivered(kind, 1, length);
    }

    void delivered(StreamKind kind, int count, int length) {
        messages[kind.ordinal()] += count;
        bytes[kind.ordinal()] += length;
    }

    /** A client was told that publications it missed are gone. */
    void gap() {
        gaps++;
    }

    /** The engine was too busy to answer a reader, which asks again. */
    void retried() {
        retries++;
    }

    /** Publications a client got from the history of a channel. */
    void replayed(int count) {
        replayed += count;
    }

    void dropped() {
        dropped++;
    }

    /** Another publication passed a slow connection, which will read the newest. */
    void conflated() {
        conflated++;
    }

    void slowEpisode() {
        slowEpisodes++;
    }

    void moveTo(GatewayMetrics metrics) {
        for (StreamKind kind : KINDS) {
            int i = kind.ordinal();
            if (messages[i] > 0) {
                metrics.delivered(kind, messages[i], bytes[i]);
                messages[i] = 0;
                bytes[i] = 0;
            }
        }
        metrics.slowEpisodes(slowEpisodes);
        metrics.dropped(dropped);
        metrics.conflated(conflated);
        metrics.gaps(gaps);
        metrics.replayed(replayed);
        metrics.readsRetried(retries);
        slowEpisodes = 0;
        dropped = 0;
        conflated = 0;
        gaps = 0;
        replayed = 0;
        retries = 0;
    }
}
