package dev.fanfare.load.stats;

/** How a subscriber is connected. */
public enum Transport {
    /** Server-sent events over HTTP/1.1 or HTTP/2. */
    SSE,
    /** WebSocket over HTTP/1.1. */
    WEBSOCKET
}
