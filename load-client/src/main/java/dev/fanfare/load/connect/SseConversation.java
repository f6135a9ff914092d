package dev.fanfare.load.connect;

import dev.fanfare.load.wire.ChunkedDecoder;
import dev.fanfare.load.wire.ProtocolViolation;
import dev.fanfare.load.wire.SseDecoder;
import dev.fanfare.load.wire.SseEvents;
import org.jspecify.annotations.Nullable;

/** An event stream, chunked or ended by the connection. Its event loop only. */
final class SseConversation implements Conversation, SseEvents {
    private static final byte[] NOTHING = new byte[0];

    private final Connection connection;
    private final Subscriber subscriber;
    private final boolean isChunked;
    private final ChunkedDecoder chunked = new ChunkedDecoder();
    private final SseDecoder decoder = new SseDecoder(this);

    SseConversation(Connection connection, Subscriber subscriber, boolean isChunked) {
        this.connection = connection;
        this.subscriber = subscriber;
        this.isChunked = isChunked;
    }

    @Override
    public void feed(byte[] buffer, int offset, int end) throws ProtocolViolation {
        if (!isChunked) {
            decoder.body(buffer, offset, end);
            return;
        }
        chunked.feed(buffer, offset, end, decoder);
        if (chunked.done()) {
            connection.ended("sse: end of stream");
        }
    }

    @Override
    public void event(byte[] buffer, int offset, int end, long id) {
        subscriber.message(buffer, offset, end, id);
    }

    @Override
    public void comment() {
        subscriber.heartbeat();
    }

    @Override
    public void retry(long millis) {
        subscriber.retry(millis);
    }

    @Override
    public String cutOff() {
        return isChunked ? "sse: connection closed without a last chunk" : "sse: end of stream";
    }

    @Override
    public @Nullable String lastEventId() {
        return decoder.lastEventId();
    }

    @Override
    public byte[] farewell(int code) {
        return NOTHING;
    }
}
