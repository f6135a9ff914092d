package dev.fanfare.gateway.channel;

/**
 * A place in a channel's stream.
 *
 * @param offset number of the publication, rising by one; 0 before the first
 * @param epoch changes when the numbering begins anew, for example when an engine without storage is restarted
 */
public record StreamPosition(long offset, String epoch) {}
