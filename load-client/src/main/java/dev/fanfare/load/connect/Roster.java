package dev.fanfare.load.connect;

import dev.fanfare.load.stats.Transport;

/**
 * Who is who among the connections: a pure function of the index, so that several processes agree without talking. Transports,
 * and the slow ones within each transport, alternate evenly and add up exactly.
 *
 * @param plan what to connect
 */
public record Roster(ConnectPlan plan) {
    /** Connections per source address: well under the 28,232 ports of the default ephemeral range. */
    public static final int PER_SOURCE = 20_000;

    /**
     * One connection.
     *
     * @param index its number over all processes
     * @param transport what it speaks
     * @param slow whether it stops reading
     * @param target index into {@link ConnectPlan#urls()}
     * @param sourceBlock 0 for the first {@link #PER_SOURCE} connections, which come from 127.0.0.2, and so on
     */
    public record Member(int index, Transport transport, boolean slow, int target, int sourceBlock) {}

    /** Connection {@code index}, counted from 0 over all processes. */
    public Member member(int index) {
        long all = plan.connections();
        long sse = Math.round(all * plan.sseShare());
        long sseBefore = index * sse / all;
        boolean isSse = (index + 1) * sse / all > sseBefore;
        long peers = isSse ? sse : all - sse;
        long place = isSse ? sseBefore : index - sseBefore;
        long slow = Math.round(peers * plan.slowShare());
        boolean isSlow = (place + 1) * slow / peers > place * slow / peers;
        int target = (int) (index * (long) plan.urls().size() / all);
        return new Member(index, isSse ? Transport.SSE : Transport.WEBSOCKET, isSlow, target, index / PER_SOURCE);
    }
}
