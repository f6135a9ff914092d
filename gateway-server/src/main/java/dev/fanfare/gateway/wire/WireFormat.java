package dev.fanfare.gateway.wire;

/** The forms in which one publication goes over the wire; each is encoded at most once. */
public enum WireFormat {
    /** An SSE event as one chunk of an HTTP/1.1 chunked body (RFC 9112 §7.1). */
    SSE_CHUNKED(ContentCoding.IDENTITY),
    /** An SSE event as it is, for a body that ends with the connection (HTTP/1.0 clients and proxies) or has frames below it (HTTP/2). */
    SSE_PLAIN(ContentCoding.IDENTITY),
    /** {@link #SSE_CHUNKED} with {@code Content-Encoding: gzip}. */
    SSE_CHUNKED_GZIP(ContentCoding.GZIP),
    /** {@link #SSE_PLAIN} with {@code Content-Encoding: gzip}. */
    SSE_PLAIN_GZIP(ContentCoding.GZIP),
    /** {@link #SSE_CHUNKED} with {@code Content-Encoding: zstd}. */
    SSE_CHUNKED_ZSTD(ContentCoding.ZSTD),
    /** {@link #SSE_PLAIN} with {@code Content-Encoding: zstd}. */
    SSE_PLAIN_ZSTD(ContentCoding.ZSTD),
    /** One unmasked, unfragmented WebSocket text frame (RFC 6455 §5.6). */
    WEBSOCKET_TEXT(ContentCoding.IDENTITY),
    /** The same for a connection with permessage-deflate (RFC 7692), where each message may be compressed or not. */
    WEBSOCKET_DEFLATED(ContentCoding.IDENTITY);

    private final ContentCoding coding;

    WireFormat(ContentCoding coding) {
        this.coding = coding;
    }

    /** The format of an SSE stream. */
    public static WireFormat sse(ContentCoding coding, boolean chunked) {
        return switch (coding) {
            case IDENTITY -> chunked ? SSE_CHUNKED : SSE_PLAIN;
            case GZIP -> chunked ? SSE_CHUNKED_GZIP : SSE_PLAIN_GZIP;
            case ZSTD -> chunked ? SSE_CHUNKED_ZSTD : SSE_PLAIN_ZSTD;
        };
    }

    /** Of the response body; a WebSocket has none. */
    public ContentCoding coding() {
        return coding;
    }

    /** The format whose frames may stand for those of this one where a message is not compressed. */
    public WireFormat uncompressed() {
        return this == WEBSOCKET_DEFLATED ? WEBSOCKET_TEXT : this;
    }

    /** Whether a chunk of nothing ends the stream. */
    public boolean isChunked() {
        return switch (this) {
            case SSE_CHUNKED, SSE_CHUNKED_GZIP, SSE_CHUNKED_ZSTD -> true;
            default -> false;
        };
    }

    /** The first bytes of an SSE body, with what its coding begins with. */
    public byte[] first(byte[] payload) {
        return body(Bytes.join(coding.begin(), coding.stored(payload)));
    }

    /** What goes over the wire for {@code payload}, an SSE event, a part of one, or a text: not compressed, but fit for the stream. */
    public byte[] frame(byte[] payload) {
        return switch (this) {
            case WEBSOCKET_TEXT, WEBSOCKET_DEFLATED -> WebSocketWire.text(payload);
            default -> body(coding.stored(payload));
        };
    }

    /** The same for what is compressed already. */
    byte[] framed(byte[] compressed) {
        return this == WEBSOCKET_DEFLATED ? WebSocketWire.deflated(compressed) : body(compressed);
    }

    private byte[] body(byte[] coded) {
        return isChunked() ? SseWire.chunk(coded) : coded;
    }
}
