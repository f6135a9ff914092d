package dev.fanfare.load.stats;

/**
 * One point of the time series. The tallies are nobody's to change once they are here.
 *
 * @param startMillis when it began, in milliseconds since the start of the run
 * @param durationMillis how long it lasted
 * @param phase the part of the run it belongs to
 * @param healthy what happened to the connections that read
 * @param slow what happened to the others
 * @param latency of the messages that came in it
 * @param open streams open at its end
 */
public record Sample(
        long startMillis, long durationMillis, Phase phase, Tally healthy, Tally slow, Percentiles latency, Open open) {

    /** Streams open at one moment, both groups, by transport. */
    public record Open(long sse, long webSocket) {
        /** Over both transports. */
        public long all() {
            return sse + webSocket;
        }
    }

    /** Messages of healthy connections per second. */
    public double messagesPerSecond() {
        return durationMillis == 0 ? 0 : healthy.messages() * 1000.0 / durationMillis;
    }
}
