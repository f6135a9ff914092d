package dev.fanfare.gateway.hub;

import dev.fanfare.gateway.auth.Principal;
import dev.fanfare.gateway.channel.ClientInfo;
import org.jspecify.annotations.Nullable;

/**
 * How a connection is called outside of its shard: {@code NODE-SHARD-SERIAL}, for example {@code k3Jd9a-1-4f}. Made only when
 * somebody asks; a connection itself keeps nothing but its serial number.
 *
 * @param node of this gateway, new with every start
 * @param shard index
 * @param serial number of the connection in its shard
 */
record ClientId(String node, int shard, long serial) {
    private static final int PARTS = 3;

    /** Reads what {@link #toString} wrote; null if it is none. */
    static @Nullable ClientId parse(String text) {
        String[] parts = text.split("-", -1);
        if (parts.length != PARTS) {
            return null;
        }
        try {
            return new ClientId(parts[0], Integer.parseInt(parts[1]), Long.parseLong(parts[2], Character.MAX_RADIX));
        } catch (NumberFormatException foreign) {
            return null;
        }
    }

    ClientInfo info(Principal who) {
        return new ClientInfo(toString(), who.user(), who.info());
    }

    @Override
    public String toString() {
        return node + "-" + shard + "-" + Long.toString(serial, Character.MAX_RADIX);
    }
}
