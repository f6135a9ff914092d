package dev.fanfare.load.stats;

import java.util.Map;
import java.util.TreeMap;

/** One number per {@link Counter}. Not safe for several threads: whoever holds it owns it. */
public final class Tally {
    private static final Counter[] COUNTERS = Counter.values();

    private final long[] counts = new long[COUNTERS.length];

    /** Adds {@code amount}, which may be negative (a number thought lost that arrived late). */
    public void add(Counter counter, long amount) {
        counts[counter.ordinal()] += amount;
    }

    /** Adds another tally's numbers to these. */
    public void add(Tally other) {
        for (int i = 0; i < counts.length; i++) {
            counts[i] += other.counts[i];
        }
    }

    /** The number of {@code counter}. */
    public long get(Counter counter) {
        return counts[counter.ordinal()];
    }

    /** Messages over both transports. */
    public long messages() {
        return get(Counter.MESSAGES_SSE) + get(Counter.MESSAGES_WEBSOCKET);
    }

    /** Streams opened less streams ended: with everything since the start added up, the streams that are open. */
    public long open(Transport transport) {
        return get(Counter.opened(transport)) - get(Counter.ended(transport));
    }

    /** {@link #open(Transport)} over both transports. */
    public long open() {
        return open(Transport.SSE) + open(Transport.WEBSOCKET);
    }

    /** Streams opened over both transports. */
    public long opened() {
        return get(Counter.OPENED_SSE) + get(Counter.OPENED_WEBSOCKET);
    }

    /** Streams ended over both transports, but for those this client dropped on purpose. */
    public long ended() {
        return get(Counter.ENDED_SSE) + get(Counter.ENDED_WEBSOCKET) - get(Counter.DROPPED);
    }

    /** Label to number, zeros left out. */
    public Map<String, Long> toMap() {
        Map<String, Long> map = new TreeMap<>();
        for (Counter counter : COUNTERS) {
            if (get(counter) != 0) {
                map.put(counter.label(), get(counter));
            }
        }
        return map;
    }

    /** The reverse of {@link #toMap()}; labels it does not know are an error. */
    public static Tally fromMap(Map<String, Long> map) {
        Tally tally = new Tally();
        map.forEach((label, number) -> tally.add(byLabel(label), number));
        return tally;
    }

    private static Counter byLabel(String label) {
        for (Counter counter : COUNTERS) {
            if (counter.label().equals(label)) {
                return counter;
            }
        }
        throw new IllegalArgumentException("unknown counter '" + label + "'");
    }
}
