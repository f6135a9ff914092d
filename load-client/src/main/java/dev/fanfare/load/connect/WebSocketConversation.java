package dev.fanfare.load.connect;

import dev.fanfare.load.wire.ClientFrames;
import dev.fanfare.load.wire.FrameDecoder;
import dev.fanfare.load.wire.FrameEvents;
import dev.fanfare.load.wire.ProtocolViolation;
import dev.fanfare.load.wire.SharedTicks.Verdict;
import dev.fanfare.load.wire.SseEvents;
import org.jspecify.annotations.Nullable;

/** A WebSocket after its handshake. Its event loop only. */
final class WebSocketConversation implements Conversation, FrameEvents {
    private final Connection connection;
    private final Subscriber subscriber;
    private final FrameDecoder decoder;

    /** {@code deflate}: permessage-deflate was agreed on. */
    WebSocketConversation(Connection connection, boolean deflate) {
        this.decoder = new FrameDecoder(this, deflate);
        this.connection = connection;
        this.subscriber = connection.subscriber();
    }

    @Override
    public void feed(byte[] buffer, int offset, int end) throws ProtocolViolation {
        decoder.feed(buffer, offset, end);
    }

    @Override
    public void text(byte[] buffer, int offset, int end) throws ProtocolViolation {
        Verdict verdict = subscriber.judge().message(buffer, offset, end, SseEvents.NO_ID, false);
        if (verdict == Verdict.NOT_UTF8) {
            throw new ProtocolViolation("WebSocket text is not UTF-8", ProtocolViolation.NOT_UTF8);
        }
    }

    @Override
    public void binary(int length) {
        subscriber.judge().foreignMessage();
    }

    @Override
    public void ping(byte[] buffer, int offset, int end) {
        subscriber.heartbeat();
        connection.send(ClientFrames.pong(buffer, offset, end));
    }

    @Override
    public void pong() {
        subscriber.heartbeat();
    }

    @Override
    public void close(int code) {
        connection.send(ClientFrames.close(code));
        connection.ended("websocket: close " + code);
    }

    @Override
    public String cutOff() {
        return "websocket: connection closed without a close frame";
    }

    @Override
    public @Nullable String lastEventId() {
        return null;
    }

    @Override
    public byte[] farewell(int code) {
        return ClientFrames.close(code);
    }
}
