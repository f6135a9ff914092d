package dev.fanfare.gateway.channel;

/**
 * Who is connected, as others may know it.
 *
 * @param client identifies the connection on this node
 * @param user who it is; empty while nobody is asked
 */
public record ClientInfo(String client, String user) {}
