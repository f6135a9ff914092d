package dev.fanfare.gateway.metrics;

import java.util.Locale;

/** How a subscriber is connected; the values of the label {@code transport}. */
public enum StreamKind {
    SSE,
    WEBSOCKET;

    /** As it stands in metrics and logs. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
