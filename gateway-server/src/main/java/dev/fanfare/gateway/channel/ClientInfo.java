package dev.fanfare.gateway.channel;

import org.jspecify.annotations.Nullable;

/**
 * Who is connected, as others may know it.
 *
 * @param client identifies the connection on this node
 * @param user who it is; empty if it did not say
 * @param info what its token says about it to others, as JSON
 */
public record ClientInfo(
        String client, String user, @Nullable String info) {}
