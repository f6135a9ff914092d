package dev.fanfare.gateway.wire;

import io.netty.util.AbstractReferenceCounted;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One message, ready in every wire format: what the hub hands to its shards. Holds one reference to each frame.
 *
 * <p>Thread: any.
 */
public final class EncodedMessage extends AbstractReferenceCounted {
    private final SharedFrame chunked;
    private final SharedFrame plain;
    private final SharedFrame text;

    private EncodedMessage(SharedFrame chunked, SharedFrame plain, SharedFrame text) {
        this.chunked = chunked;
        this.plain = plain;
        this.text = text;
    }

    /**
     * Encodes a message.
     *
     * @param id SSE event id, or null for none; not seen by WebSocket clients
     * @param data UTF-8 text
     */
    public static EncodedMessage of(@Nullable String id, byte[] data) {
        byte[] event = SseWire.event(id, null, new String(data, StandardCharsets.UTF_8));
        return new EncodedMessage(
                SharedFrame.of(SseWire.chunk(event)), SharedFrame.of(event), SharedFrame.of(WebSocketWire.text(data)));
    }

    /** The frame in one format; it lives as long as this message is retained. */
    public SharedFrame in(WireFormat format) {
        return switch (format) {
            case SSE_CHUNKED -> chunked;
            case SSE_PLAIN -> plain;
            case WEBSOCKET_TEXT -> text;
        };
    }

    @Override
    public EncodedMessage retain() {
        super.retain();
        return this;
    }

    @Override
    public EncodedMessage touch(Object hint) {
        return this;
    }

    @Override
    protected void deallocate() {
        chunked.release();
        plain.release();
        text.release();
    }
}
