package dev.fanfare.gateway.hub;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fanfare.gateway.channel.Publication;
import dev.fanfare.gateway.channel.StreamPosition;
import dev.fanfare.gateway.metrics.StreamKind;
import dev.fanfare.gateway.wire.Envelope;
import dev.fanfare.gateway.wire.SseWire;
import dev.fanfare.gateway.wire.WebSocketWire;
import org.jspecify.annotations.Nullable;

/** Turns publications into the bytes of a protocol. Stateless; any thread. */
final class Encoding {
    private Encoding() {}

    /**
     * One publication, not compressed.
     *
     * @param id SSE event id, or null for none
     */
    static byte[] of(Publication publication, StreamProtocol protocol, @Nullable String id) {
        return protocol.format().frame(payload(publication, protocol, id));
    }

    /**
     * What the client reads of one publication, before it is compressed or framed.
     *
     * @param id SSE event id, or null for none
     */
    static byte[] payload(Publication publication, StreamProtocol protocol, @Nullable String id) {
        Publication.Content content = publication.content();
        if (protocol.kind() == StreamKind.WEBSOCKET) {
            boolean plain = publication.isMessage() && !protocol.envelope();
            return plain ? content.data() : envelope(publication);
        }
        String type = switch (content.kind()) {
            case MESSAGE -> content.type();
            case JOIN -> "join";
            case LEAVE -> "leave";
        };
        byte[] data = protocol.envelope() ? envelope(publication) : content.data();
        return SseWire.event(id, type, data);
    }

    /**
     * Tells a client that publications between its position and the next ones are gone for good.
     *
     * @param known where the client stood; null if nobody knows
     * @param id SSE event id, or null for none
     */
    static byte[] gap(
            String channel,
            @Nullable StreamPosition known,
            StreamPosition now,
            StreamProtocol protocol,
            @Nullable String id) {
        Envelope gap = new Envelope(channel, 64);
        if (protocol.kind() == StreamKind.WEBSOCKET) {
            byte[] where = positions(known, now);
            return protocol.format().frame(gap.member("gap", where, true).end());
        }
        if (known != null) {
            gap.at(known.offset(), known.epoch());
        }
        gap.member("now", position(now), true);
        return protocol.format().frame(SseWire.event(id, "gap", gap.end()));
    }

    /** Tells a client that it missed publications of a channel that keeps none, or of channels of a pattern. */
    static byte[] loss(String name, StreamProtocol protocol) {
        Envelope loss = new Envelope(name, 16);
        if (protocol.kind() == StreamKind.WEBSOCKET) {
            return protocol.format()
                    .frame(loss.member("gap", "{}".getBytes(UTF_8), true).end());
        }
        return protocol.format().frame(SseWire.event(null, "gap", loss.end()));
    }

    /** Tells a client that its token has expired, and how many seconds it has left. */
    static byte[] expired(int graceSeconds, StreamProtocol protocol) {
        String when = "{\"grace\":%d}".formatted(graceSeconds);
        return protocol.format()
                .frame(
                        protocol.kind() == StreamKind.WEBSOCKET
                                ? "{\"expired\":%s}".formatted(when).getBytes(UTF_8)
                                : SseWire.event(null, "expired", when.getBytes(UTF_8)));
    }

    /** A message without data that only says where the client stands; WebSocket. */
    static byte[] position(String channel, StreamPosition at) {
        return WebSocketWire.text(
                new Envelope(channel, 0).at(at.offset(), at.epoch()).end());
    }

    /** An event that only moves the client's position; SSE. */
    static byte[] position(String id, StreamProtocol protocol) {
        return protocol.format().frame(SseWire.position(id));
    }

    /** What stands before a shared event to give it an id of this connection's own; SSE. */
    static byte[] idLine(byte[] cursor, int length, StreamProtocol protocol) {
        byte[] line = new byte[length + 5];
        line[0] = 'i';
        line[1] = 'd';
        line[2] = ':';
        line[3] = ' ';
        System.arraycopy(cursor, 0, line, 4, length);
        line[length + 4] = '\n';
        return protocol.format().frame(line);
    }

    private static byte[] envelope(Publication publication) {
        Publication.Content content = publication.content();
        Envelope envelope = new Envelope(publication.channel(), content.data().length);
        return switch (content.kind()) {
            case MESSAGE ->
                envelope.at(publication.offset(), publication.position().epoch())
                        .text("type", content.type())
                        .text("key", content.key())
                        .member("data", content.data(), content.json())
                        .end();
            case JOIN -> envelope.member("join", content.data(), true).end();
            case LEAVE -> envelope.member("leave", content.data(), true).end();
        };
    }

    private static byte[] positions(@Nullable StreamPosition known, StreamPosition now) {
        String from = known == null ? "null" : new String(position(known), UTF_8);
        return "{\"from\":%s,\"now\":%s}"
                .formatted(from, new String(position(now), UTF_8))
                .getBytes(UTF_8);
    }

    private static byte[] position(StreamPosition position) {
        return "{\"offset\":%d,\"epoch\":\"%s\"}"
                .formatted(position.offset(), position.epoch())
                .getBytes(UTF_8);
    }
}
