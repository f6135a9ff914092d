package dev.fanfare.gateway.transport;

import dev.fanfare.gateway.auth.Principal;
import dev.fanfare.gateway.http.HttpProblem;
import dev.fanfare.gateway.http.HttpReply;
import dev.fanfare.gateway.http.Origins;
import dev.fanfare.gateway.hub.StreamProtocol;
import dev.fanfare.gateway.metrics.CloseReason;
import dev.fanfare.gateway.metrics.Refusal;
import dev.fanfare.gateway.session.StreamRequest;
import dev.fanfare.gateway.wire.ContentCoding;
import dev.fanfare.gateway.wire.PermessageDeflate;
import dev.fanfare.gateway.wire.WireFormat;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpResponseStatus;
import org.jspecify.annotations.Nullable;

/** Turns a request into a stream, if it is a proper one, who asks may have it, and there is room. Event loop. */
final class StreamDoor {
    private final HttpEndpoints endpoints;
    private final GatewayPipeline pipeline;
    private final @Nullable Refusal refusal;

    /** {@code refusal} says why the connection may not become a stream; null if it may. */
    StreamDoor(HttpEndpoints endpoints, GatewayPipeline pipeline, @Nullable Refusal refusal) {
        this.endpoints = endpoints;
        this.pipeline = pipeline;
        this.refusal = refusal;
    }

    /** A request for a stream that is a proper one; what is left depends on who asks. */
    @FunctionalInterface
    interface Opening {
        /**
         * Turns the connection into the stream.
         *
         * @throws HttpProblem 400, 401 or 403 if {@code who} cannot have what it asks for, 503 if there is no room
         */
        void open(Principal who) throws HttpProblem;
    }

    /**
     * An SSE stream.
     *
     * @throws HttpProblem 405 for another method than GET
     */
    Opening sse(Channel channel, Request request, Origins.@Nullable Visit visit) throws HttpProblem {
        ContentCoding coding = endpoints.sse().coding(request.head().headers());
        StreamHead head = endpoints.sse().accept(request, coding);
        if (visit != null) {
            Origins.describe(visit, head.response().headers());
        }
        return who -> {
            StreamRequest wanted = request.stream(who, false, endpoints.channels());
            requireRoom(channel, request, who, wanted);
            endpoints.metrics().answered(HttpResponseStatus.OK.code());
            WireFormat format = WireFormat.sse(coding, request.hasChunks());
            StreamProtocol protocol = endpoints.streams().sse(channel, format, wanted.envelope());
            pipeline.becomeSse(channel, protocol, who, wanted.wishes(), head);
        };
    }

    /** What an EventSource is answered that comes while the gateway drains. */
    HttpReply comeBack(Channel channel) {
        StreamProtocol unframed = endpoints.streams().sse(channel, WireFormat.SSE_PLAIN, false);
        return endpoints.sse().comeBack(unframed.goodbye().apply(CloseReason.DRAIN));
    }

    /**
     * A WebSocket stream.
     *
     * @throws HttpProblem 405, 400 or 426 if it is no valid opening handshake
     */
    Opening webSocket(Channel channel, Request request) throws HttpProblem {
        PermessageDeflate deflate = endpoints.messages().deflate() ? WebSocketHandshake.deflate(request.head()) : null;
        StreamHead head = WebSocketHandshake.accept(request.head(), deflate);
        return who -> {
            StreamRequest wanted = request.stream(who, true, endpoints.channels());
            requireRoom(channel, request, who, wanted);
            endpoints.metrics().answered(HttpResponseStatus.SWITCHING_PROTOCOLS.code());
            StreamProtocol protocol = endpoints.streams().webSocket(channel, deflate, wanted.envelope());
            pipeline.becomeWebSocket(channel, protocol, who, wanted.wishes(), head);
        };
    }

    private void requireRoom(Channel channel, Request request, Principal who, StreamRequest wanted) throws HttpProblem {
        endpoints.requireRoom(
                refusal == null ? endpoints.enterStream(channel, request, who, wanted.wishes()) : refusal);
    }
}
