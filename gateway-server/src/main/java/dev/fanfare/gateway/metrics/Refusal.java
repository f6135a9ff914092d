package dev.fanfare.gateway.metrics;

import java.util.Locale;

/** Why a stream was not taken on; the values of the label {@code reason}. */
public enum Refusal {
    MAX_CONNECTIONS("the gateway holds as many connections as it may"),
    MAX_STREAMS("the gateway holds as many streams as it may"),
    PER_ADDRESS("this address holds as many connections as it may"),
    ADDRESS_RATE("this address opens connections too fast"),
    PER_USER("this user holds as many connections as it may"),
    OPEN_RATE("too many connections at once"),
    MEMORY("the gateway is short of memory"),
    CHANNELS("the gateway has as many channels as it may"),
    PATTERNS("the gateway has as many patterns as it may"),
    ENGINE("the engine has as much to do, or as many channels, as it may"),
    SUBSCRIPTIONS("the gateway has as many subscriptions as it may"),
    DRAINING("the gateway is shutting down");

    private final String words;

    Refusal(String words) {
        this.words = words;
    }

    /** As it stands in metrics and logs. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** As a client reads it. */
    public String words() {
        return words;
    }
}
