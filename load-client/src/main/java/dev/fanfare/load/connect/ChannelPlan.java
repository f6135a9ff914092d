package dev.fanfare.load.connect;

import dev.fanfare.load.wire.Content;

/**
 * What is published, and who subscribes to it. Immutable; only plain values, so that it travels between processes as JSON. A
 * connection's channels are neighbours on a ring of all channels, and the connections' pieces lie end to end around it: every
 * channel has the same number of subscribers, but for one.
 *
 * @param prefix of the channels' names; a number follows it
 * @param count channels
 * @param perConnection channels one connection subscribes to, at most {@code count}
 * @param publishers connections that publish; each has channels of its own, and one call under way
 * @param perSecond publications per second over all
 * @param batch publications in one call, at most; 1 for {@code /api/publish}, else {@code /api/bulk}
 * @param payload bytes of a publication's data
 * @param keys keys of each channel, which then conflates; 0 for channels from which everything comes
 * @param run what tells this run's publications from others
 * @param spreadMillis within which dropped clients come back
 * @param reset whether a dropped connection is reset, not closed
 */
public record ChannelPlan(
        String prefix,
        int count,
        int perConnection,
        int publishers,
        double perSecond,
        int batch,
        int payload,
        int keys,
        long run,
        long spreadMillis,
        boolean reset) {
    /** The shortest payload, in bytes. */
    public static final int SHORTEST = Content.SHORTEST;

    /** The longest payload, in bytes. */
    public static final int LONGEST = Content.LONGEST;

    /** The name of a channel. */
    String name(int channel) {
        return prefix + channel;
    }

    /** The first channel of a connection; its others follow, around the ring. */
    int first(int connection) {
        return (int) ((long) connection * perConnection % count);
    }

    /** The channel that is {@code place} after {@code first} on the ring. */
    int channel(int first, int place) {
        return (first + place) % count;
    }
}
