package dev.fanfare.gateway.scenario;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.gateway.boot.RunningGateway;
import dev.fanfare.gateway.scenario.Http2Client.Stream;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** WebSocket as a stream of HTTP/2 (RFC 8441). */
class Http2WebSocketTest {
    @RegisterExtension
    static final Gateways gateways = new Gateways();

    @Test
    void aWebSocketReceivesTicksBesideEventStreamsOfTheSameConnection() throws Exception {
        RunningGateway gateway = gateways.start();
        try (Http2Client client = Http2Client.to(gateway)) {
            Stream sse = client.get("/sse");
            Stream ws = open(client);
            Meters.awaitConnections(gateway, 1, 1);
            List<Long> seqs = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                seqs.add(SseStream.seqOf(new String(next(ws, WsStream.TEXT), UTF_8)));
            }
            Meters.assertNoGap(gateway, seqs);
            sse.nextSeq();
            ws.send(WsStream.frame(WsStream.FIN | WsStream.PING, "echo".getBytes(UTF_8)), false);
            assertThat(next(ws, WsStream.PONG)).asString(UTF_8).isEqualTo("echo");
        }
    }

    @Test
    void aClosingHandshakeEndsTheStreamProperly() throws Exception {
        RunningGateway gateway = gateways.start();
        try (Http2Client client = Http2Client.to(gateway)) {
            Stream ws = open(client);
            ws.send(WsStream.closeFrame(1000), false);
            byte[] close = next(ws, WsStream.CLOSE);
            assertThat(close).containsExactly(3, (byte) 0xe8);
            assertThat(ws.bytesToEnd()).isEmpty();
            assertThat(ws.resetBy()).isEqualTo(Http2Error.NO_ERROR);
            Meters.awaitClosed(gateway, "client", 1);
            assertThat(Meters.sum(Meters.of(gateway), "gateway_http2_streams_reset_total"))
                    .as("told once")
                    .isEqualTo(1.0);
            assertThat(client.get("/health/live").status()).isEqualTo(200);
        }
    }

    @Test
    void aViolationIsAnsweredWithItsCloseCode() throws Exception {
        RunningGateway gateway = gateways.start("ticker.source=off");
        try (Http2Client client = Http2Client.to(gateway)) {
            Stream ws = open(client);
            ws.send(WsStream.frame(WsStream.FIN | WsStream.BINARY, (byte) 1), false);
            assertThat(next(ws, WsStream.CLOSE)).startsWith(3, (byte) 0xeb);
            assertThat(ws.bytesToEnd()).isEmpty();
            Meters.awaitClosed(gateway, "protocol_error", 1);
        }
    }

    @Test
    void aClientThatOnlyEndsItsHalfIsGone() throws Exception {
        RunningGateway gateway = gateways.start();
        try (Http2Client client = Http2Client.to(gateway)) {
            Stream ws = open(client);
            next(ws, WsStream.TEXT);
            ws.send(new byte[0], true);
            ws.bytesToEnd();
            assertThat(ws.wasReset()).isFalse();
            Meters.awaitClosed(gateway, "client", 1);
        }
    }

    @Test
    void otherProtocolsAndVersionsAreRefused() throws Exception {
        RunningGateway gateway = gateways.start("ticker.source=off");
        try (Http2Client client = Http2Client.to(gateway)) {
            Http2Headers other = connect();
            other.set(":protocol", "connect-udp");
            assertThat(client.open(true).send(other, false).status()).isEqualTo(501);
            Http2Headers old = connect();
            old.set("sec-websocket-version", "8");
            assertThat(client.open(true).send(old, false).status()).isEqualTo(426);
            Http2Headers elsewhere = connect();
            elsewhere.path("/sse/ws");
            assertThat(client.open(true).send(elsewhere, false).status()).isEqualTo(404);
            assertThat(client.get("/health/live").status()).isEqualTo(200);
        }
    }

    private static Stream open(Http2Client client) throws Exception {
        Stream stream = client.open(true).send(connect(), false);
        Http2Headers head = stream.head();
        assertThat(head.status()).hasToString("200");
        assertThat(head.names()).doesNotContain("sec-websocket-accept", "connection", "upgrade");
        return stream;
    }

    private static Http2Headers connect() {
        return Http2Client.fields("CONNECT", "/ws", ":protocol", "websocket", "sec-websocket-version", "13");
    }

    /** The payload of the next frame of that kind; others are passed over. */
    private static byte[] next(Stream stream, int opcode) throws Exception {
        while (true) {
            int first = stream.nextByte();
            int length = stream.nextByte();
            if (length == 126) {
                length = (stream.nextByte() << 8) | stream.nextByte();
            }
            ByteArrayOutputStream payload = new ByteArrayOutputStream();
            for (int i = 0; i < length; i++) {
                payload.write(stream.nextByte());
            }
            if ((first & 0xf) == opcode) {
                return payload.toByteArray();
            }
        }
    }
}
