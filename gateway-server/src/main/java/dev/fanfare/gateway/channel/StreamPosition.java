package dev.fanfare.gateway.channel;

/**
 * A place in a channel's stream.
 *
 * @param offset number of the publication, rising by one; 0 before the first
 * @param epoch changes when the numbering begins anew, for example when an engine without storage is restarted; 1 to
 *     {@value #LONGEST_EPOCH} letters, digits, {@code -} and {@code _}, because it goes into event ids and JSON as it is
 */
public record StreamPosition(long offset, String epoch) {
    /** Characters of an epoch. */
    public static final int LONGEST_EPOCH = 16;

    /** Where nobody stands: whoever says so missed something, and nobody knows what. No engine has this epoch. */
    public static final StreamPosition UNKNOWN = new StreamPosition(0, "-");
}
