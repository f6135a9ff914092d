package dev.fanfare.load.connect;

import dev.fanfare.load.wire.Http2Decoder;
import dev.fanfare.load.wire.ProtocolViolation;
import dev.fanfare.load.wire.ResponseHead;
import dev.fanfare.load.wire.Upgrade;
import org.jspecify.annotations.Nullable;

/** A stream of HTTP/2 for one subscriber, who gets events on it. Its event loop only. */
final class Http2Stream extends Link {
    private final Http2Connection connection;
    /** 0 until its request is sent. */
    private int id;
    /** Bytes the server may still send. */
    private int window;

    private boolean reading = true;

    Http2Stream(ClientLoop loop, Subscriber subscriber, long startedNanos, Http2Connection connection) {
        super(loop, subscriber, startedNanos);
        this.connection = connection;
    }

    /** Asks for it, as soon as that may be. */
    void begin() {
        connection.add(this);
    }

    int id() {
        return id;
    }

    /** Its request is on the way. */
    void asked(int number, int firstWindow) {
        id = number;
        window = firstWindow;
        if (!subscriber().member().slow()) {
            replenish();
        }
    }

    /** A response head came, or trailers. */
    void head(@Nullable ResponseHead head, boolean last) {
        try {
            if (conversation() == null) {
                begin(head, last);
            } else if (head != null || !last) {
                throw new ProtocolViolation("HTTP/2 header block in the middle of a stream");
            }
        } catch (ProtocolViolation violation) {
            violated(violation);
            return;
        }
        if (last) {
            lost(SseConversation.END);
        }
    }

    private void begin(@Nullable ResponseHead head, boolean last) throws ProtocolViolation {
        if (head == null) {
            throw new ProtocolViolation("HTTP/2 response without a status");
        }
        boolean interim = head.status() < 200 && head.status() >= 100;
        if (!interim || last) {
            long length = Upgrade.checkSse(head, loop().requests().header("accept-encoding"));
            open(new SseConversation(this, length, Upgrade.isGzip(head)));
        }
    }

    /** Some of its body. */
    void data(byte[] buffer, int offset, int end) {
        Conversation open = conversation();
        if (isOver()) {
            return;
        }
        try {
            if (open == null) {
                throw new ProtocolViolation("HTTP/2 data before the response head");
            }
            open.feed(buffer, offset, end);
        } catch (ProtocolViolation violation) {
            violated(violation);
        }
    }

    /** {@code count} bytes are used up of its window. */
    void dataEnd(int count, boolean last) {
        window -= count;
        if (window < 0) {
            violated(new ProtocolViolation("HTTP/2 data beyond the window"));
        } else if (last) {
            lost(SseConversation.END);
        } else if (reading && window < Http2Connection.STREAM_WINDOW / 2) {
            replenish();
        }
    }

    /** The server has ended it. */
    void reset(long code) {
        lost("http2: stream reset, " + Http2Decoder.errorName(code));
    }

    private void replenish() {
        if (!isOver() && window < Http2Connection.STREAM_WINDOW) {
            connection.allow(id, Http2Connection.STREAM_WINDOW - window);
            window = Http2Connection.STREAM_WINDOW;
        }
    }

    /** Others share the connection: who does not read gives the server no more room on the stream. */
    @Override
    void read(boolean on) {
        reading = on;
        if (on) {
            replenish();
        }
    }

    @Override
    void abandon() {
        connection.cancel(this, Http2Connection.CANCEL);
    }

    @Override
    void linger() {}

    @Override
    void quit(byte[] farewell) {
        connection.cancel(this, Http2Connection.PROTOCOL_ERROR);
    }

    @Override
    void finish(byte[] farewell) {
        connection.finish();
    }

    /** A network knows no streams: the whole connection is cut, and the others on it with their own word. */
    @Override
    void cut(boolean reset) {
        connection.cut(reset);
    }
}
