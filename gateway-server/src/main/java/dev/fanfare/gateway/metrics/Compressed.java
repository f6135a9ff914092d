package dev.fanfare.gateway.metrics;

import java.util.Locale;

/** How something was compressed; the values of the label {@code coding}. */
public enum Compressed {
    /** permessage-deflate on a WebSocket. */
    DEFLATE,
    GZIP,
    ZSTD;

    /** As it stands in metrics. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
