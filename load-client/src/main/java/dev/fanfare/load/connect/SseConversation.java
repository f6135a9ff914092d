package dev.fanfare.load.connect;

import dev.fanfare.load.wire.BodySink;
import dev.fanfare.load.wire.ChunkedDecoder;
import dev.fanfare.load.wire.GzipBody;
import dev.fanfare.load.wire.ProtocolViolation;
import dev.fanfare.load.wire.SseDecoder;
import dev.fanfare.load.wire.SseEvents;
import dev.fanfare.load.wire.Upgrade;
import org.jspecify.annotations.Nullable;

/** An event stream: chunked, of a length told before, or ended by the connection or by HTTP/2. Its event loop only. */
final class SseConversation implements Conversation, SseEvents {
    /** How to name the end that the server gave the stream. */
    static final String END = "sse: end of stream";

    private static final byte[] NOTHING = new byte[0];

    private final Link link;
    private final Subscriber subscriber;
    private final long body;
    private final ChunkedDecoder chunked = new ChunkedDecoder();
    private final SseDecoder decoder = new SseDecoder(this);
    private final BodySink sink;
    private long left;

    /**
     * @param body the length of the body, or what stands for it in {@link Upgrade}
     * @param gzip whether it is coded
     */
    SseConversation(Link link, long body, boolean gzip) {
        this.sink = gzip ? new GzipBody(decoder) : decoder;
        this.link = link;
        this.subscriber = link.subscriber();
        this.body = body;
        this.left = body;
    }

    @Override
    public void feed(byte[] buffer, int offset, int end) throws ProtocolViolation {
        if (body == Upgrade.CHUNKED) {
            chunked.feed(buffer, offset, end, sink);
        } else {
            int count = (int) Math.min(left, end - offset);
            left -= count;
            sink.body(buffer, offset, offset + count);
        }
        if (left == 0 || chunked.done()) {
            link.ended(END);
        }
    }

    @Override
    public void event(byte[] buffer, int offset, int end, long id) {
        subscriber.judge().message(buffer, offset, end, id, decoder.typeIs("gap"));
        if (id == NO_ID) {
            subscriber.withoutId();
        }
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
        if (body == Upgrade.UNTIL_CLOSE) {
            return END;
        }
        return body == Upgrade.CHUNKED
                ? "sse: connection closed without a last chunk"
                : "sse: connection closed before the end of the body";
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
