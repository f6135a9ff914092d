package dev.fanfare.gateway.channel;

/** Whom the rules of a namespace let in. What a token grants by name or pattern is let in everywhere but at {@link #NOBODY}. */
public enum Access {
    /** Everybody, also without a token. */
    ANYONE,
    /** Every user: whoever has a token with a {@code sub}. */
    AUTHENTICATED,
    /** Only whose token names the channel, or a pattern that covers it. */
    GRANTED,
    /** The user the channel is named after: {@code user:42} is for the {@code sub} 42. */
    OWNER,
    NOBODY
}
