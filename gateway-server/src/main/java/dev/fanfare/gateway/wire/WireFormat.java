package dev.fanfare.gateway.wire;

/** The forms in which one publication goes over the wire; each is encoded at most once. */
public enum WireFormat {
    /** An SSE event as one chunk of an HTTP/1.1 chunked body (RFC 9112 §7.1). */
    SSE_CHUNKED,
    /** An SSE event as it is, for a body that ends with the connection (HTTP/1.0 clients and proxies). */
    SSE_PLAIN,
    /** One unmasked, unfragmented WebSocket text frame (RFC 6455 §5.6). */
    WEBSOCKET_TEXT
}
