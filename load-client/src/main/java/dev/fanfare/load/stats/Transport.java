package dev.fanfare.load.stats;

/** How a subscriber is connected. */
public enum Transport {
    /** Server-sent events over HTTP/1.1. */
    SSE("sse"),
    /** WebSocket over HTTP/1.1. */
    WEBSOCKET("websocket");

    private final String label;

    Transport(String label) {
        this.label = label;
    }

    /** Its name in reports. */
    public String label() {
        return label;
    }
}
