package dev.fanfare.gateway.scenario;

import static dev.fanfare.gateway.scenario.WsStream.BINARY;
import static dev.fanfare.gateway.scenario.WsStream.CLOSE;
import static dev.fanfare.gateway.scenario.WsStream.CONTINUATION;
import static dev.fanfare.gateway.scenario.WsStream.FIN;
import static dev.fanfare.gateway.scenario.WsStream.PING;
import static dev.fanfare.gateway.scenario.WsStream.PONG;
import static dev.fanfare.gateway.scenario.WsStream.RSV1;
import static dev.fanfare.gateway.scenario.WsStream.TEXT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.fanfare.gateway.boot.RunningGateway;
import dev.fanfare.gateway.wire.Decoding;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** permessage-deflate (RFC 7692) over real sockets. */
class WebSocketCompressionTest {
    private static final String OFFER = "permessage-deflate; client_max_window_bits";

    @RegisterExtension
    static final Gateways gateways = new Gateways();

    @ParameterizedTest
    @MethodSource(Gateways.TRANSPORTS)
    void publicationsAreCompressedForThoseThatAskedAndForNobodyElse(String transport) throws Exception {
        RunningGateway gateway = gateways.start("ticker.source=off", "server.transport=" + transport);
        ApiCalls api = new ApiCalls(gateway);
        Random random = new Random(20261121);
        try (WsStream asked = subscribed(gateway, "/ws?channels=a&format=raw", OFFER);
                WsStream other = subscribed(gateway, "/ws?channels=a&format=raw", OFFER);
                WsStream plain = subscribed(gateway, "/ws?channels=a&format=raw", "none")) {
            assertThat(asked.head().header("sec-websocket-extensions"))
                    .isEqualTo("permessage-deflate; server_no_context_takeover; client_no_context_takeover");
            assertThat(plain.head().headers()).doesNotContainKey("sec-websocket-extensions");
            for (int i = 0; i < 50; i++) {
                String text = i % 3 == 0 ? "{\"n\":" + i + "}" : Decoding.json(random, 300 + random.nextInt(20_000));
                assertThat(api.post("/publish/a", text).status()).isEqualTo(200);
                WsStream.Frame frame = asked.next(TEXT);
                assertThat(frame.compressed()).isEqualTo(i % 3 != 0);
                assertThat(frame.text()).isEqualTo(text);
                assertThat(other.next(TEXT).text()).isEqualTo(text);
                WsStream.Frame uncompressed = plain.next(TEXT);
                assertThat(uncompressed.compressed()).isFalse();
                assertThat(uncompressed.text()).isEqualTo(text);
            }
        }
        assertThat(Meters.of(gateway))
                .containsEntry("gateway_publications_compressed_total{coding=\"deflate\"}", 33.0)
                .containsEntry("gateway_compressed_connections_opened_total{coding=\"deflate\"}", 2.0);
    }

    @Test
    void whatTheWindowOfAClientDoesNotReachOverIsNotCompressed() throws Exception {
        RunningGateway gateway = gateways.start("ticker.source=off");
        ApiCalls api = new ApiCalls(gateway);
        try (WsStream narrow =
                WsStream.open(gateway, "/ws?channels=a&format=raw", "permessage-deflate; server_max_window_bits=10")) {
            assertThat(narrow.head().header("sec-websocket-extensions")).endsWith("; server_max_window_bits=10");
            api.post("/publish/a", "x".repeat(1_000));
            assertThat(narrow.next(TEXT).compressed()).isTrue();
            api.post("/publish/a", "x".repeat(1_100));
            assertThat(narrow.next(TEXT).compressed()).isFalse();
        }
    }

    @Test
    void theEnvelopeIsCompressedWithWhatItHolds() throws Exception {
        RunningGateway gateway = gateways.start("ticker.source=off");
        try (WsStream stream = WsStream.open(gateway, "/ws?channels=a", OFFER)) {
            assertThat(stream.nextJson().get("offset").asInt()).isZero();
            new ApiCalls(gateway).post("/publish/a", "{\"v\":\"" + "w".repeat(500) + "\"}");
            WsStream.Frame frame = stream.next(TEXT);
            assertThat(frame.compressed()).isTrue();
            assertThat(Reply.parse(frame.text()).at("/data/v").asText()).hasSize(500);
        }
    }

    @Test
    void historyIsReplayedUncompressedAndWhatFollowsIsCompressed() throws Exception {
        RunningGateway gateway = gateways.start("ticker.source=off");
        ApiCalls api = new ApiCalls(gateway);
        try (WsStream first = WsStream.open(gateway, "/ws?channels=a")) {
            String epoch = first.nextJson().get("epoch").asText();
            api.post("/publish/a", "\"" + "h".repeat(1_000) + "\"");
            try (WsStream back = WsStream.open(gateway, "/ws?channels=a&recover=a,0," + epoch, OFFER)) {
                assertThat(back.next(TEXT).compressed()).isFalse();
                api.post("/publish/a", "\"" + "l".repeat(1_000) + "\"");
                assertThat(back.next(TEXT).compressed()).isTrue();
            }
        }
    }

    @Test
    void nobodyGetsItWhereItIsOff() throws Exception {
        RunningGateway gateway = gateways.start("ticker.source=off", "compression.websocket=false");
        try (WsStream stream = WsStream.open(gateway, "/ws", OFFER)) {
            assertThat(stream.head().headers()).doesNotContainKey("sec-websocket-extensions");
            stream.send(WsStream.frame(FIN | RSV1 | TEXT, deflate("x")));
            assertThat(stream.closeCodeAndEnd()).isEqualTo(1002);
        }
    }

    @Test
    void aMalformedOfferFailsTheHandshake() throws Exception {
        RunningGateway gateway = gateways.start("ticker.source=off");
        String handshake = WsStream.HANDSHAKE.replace(
                "Upgrade: websocket", "Upgrade: websocket\r\nSec-WebSocket-Extensions: permessage-deflate; =");
        try (RawClient client = RawClient.to(gateway).send(handshake)) {
            assertThat(client.readHead().status()).isEqualTo(400);
        }
    }

    static Stream<Arguments> good() {
        byte[] text = deflate("a text that is compressed ".repeat(20));
        return Stream.of(
                argumentSet("in one frame", (Object) WsStream.frame(FIN | RSV1 | TEXT, text)),
                argumentSet("uncompressed in between", (Object)
                        join(WsStream.frame(FIN | TEXT, (byte) 'x'), WsStream.frame(FIN | RSV1 | TEXT, text))),
                argumentSet("byte by byte, with pings between", (Object) fragments(text, 1)),
                argumentSet("in fragments of seven bytes", (Object) fragments(text, 7)),
                argumentSet("nothing", (Object) WsStream.frame(FIN | RSV1 | TEXT, (byte) 0)),
                argumentSet("empty fragments around it", (Object) join(
                        WsStream.frame(RSV1 | TEXT),
                        WsStream.frame(CONTINUATION, text),
                        WsStream.frame(FIN | CONTINUATION))),
                argumentSet("the longest", (Object) WsStream.frame(FIN | RSV1 | TEXT, deflate(digits(65_536)))));
    }

    @ParameterizedTest
    @MethodSource("good")
    void aCompressedMessageOfAClientIsRead(byte[] bytes) throws Exception {
        RunningGateway gateway = gateways.start("ticker.source=off");
        try (WsStream stream = subscribed(gateway, "/ws?channels=a&format=raw", OFFER)) {
            stream.send(bytes).send(WsStream.frame(FIN | PING, (byte) 'e'));
            WsStream.Frame pong = stream.next(PONG);
            while (!pong.text().equals("e")) {
                pong = stream.next(PONG);
            }
            stream.send(WsStream.closeFrame(1000));
            assertThat(stream.closeCodeAndEnd()).isEqualTo(1000);
        }
    }

    static Stream<Arguments> bad() {
        byte[] text = deflate("text");
        return Stream.of(
                argumentSet("RSV1 on a ping", 1002, "", WsStream.frame(FIN | RSV1 | PING, (byte) 1)),
                argumentSet("RSV1 on a close", 1002, "", WsStream.frame(FIN | RSV1 | CLOSE, (byte) 3, (byte) 0xe8)),
                argumentSet(
                        "RSV1 on a continuation",
                        1002,
                        "",
                        join(WsStream.frame(RSV1 | TEXT, text), WsStream.frame(FIN | RSV1 | CONTINUATION, (byte) 0))),
                argumentSet(
                        "RSV1 on the continuation of what is not compressed",
                        1002,
                        "",
                        join(WsStream.frame(TEXT, (byte) 'x'), WsStream.frame(FIN | RSV1 | CONTINUATION, text))),
                argumentSet("RSV2 beside RSV1", 1002, "", WsStream.frame(FIN | RSV1 | 0x20 | TEXT, text)),
                argumentSet("RSV3", 1002, "", WsStream.frame(FIN | 0x10 | TEXT, text)),
                argumentSet("compressed binary", 1003, "", WsStream.frame(FIN | RSV1 | BINARY, text)),
                argumentSet(
                        "compressed, but not UTF-8",
                        1007,
                        "",
                        WsStream.frame(FIN | RSV1 | TEXT, deflate((byte) 'a', (byte) 0xff))),
                argumentSet("not deflate", 1007, "corrupt", WsStream.frame(FIN | RSV1 | TEXT, (byte) 6, (byte) 7)),
                argumentSet("a bomb", 1009, "size", WsStream.frame(FIN | RSV1 | TEXT, deflate(new byte[50_000_000]))),
                argumentSet(
                        "one byte too long", 1009, "size", WsStream.frame(FIN | RSV1 | TEXT, deflate(digits(65_537)))),
                argumentSet(
                        "too good a ratio",
                        1009,
                        "ratio",
                        WsStream.frame(FIN | RSV1 | TEXT, deflate(new byte[30_000]))),
                argumentSet("a bomb in fragments", 1009, "size", fragments(deflate(new byte[5_000_000]), 100)));
    }

    @ParameterizedTest
    @MethodSource("bad")
    void whatAClientMustNotSendCostsItTheConnection(int code, String reason, byte[] bytes) throws Exception {
        RunningGateway gateway = gateways.start("ticker.source=off");
        try (WsStream stream = subscribed(gateway, "/ws?channels=a&format=raw", OFFER)) {
            stream.send(bytes);
            assertThat(stream.next(CLOSE).closeCode()).isEqualTo(code);
        }
        Meters.awaitClosed(gateway, "protocol_error", 1);
        for (String each : new String[] {"size", "ratio", "corrupt"}) {
            assertThat(Meters.of(gateway))
                    .containsEntry(
                            "gateway_inflate_refused_total{reason=\"" + each + "\"}", each.equals(reason) ? 1.0 : 0.0);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 1000})
    void theRatioCanBeSet(int ratio) throws Exception {
        RunningGateway gateway = gateways.start("ticker.source=off", "compression.max-ratio=" + ratio);
        try (WsStream stream = WsStream.open(gateway, "/ws", OFFER)) {
            stream.send(WsStream.frame(FIN | RSV1 | TEXT, deflate(new byte[30_000])))
                    .send(WsStream.closeFrame(1000));
            assertThat(stream.next(CLOSE).closeCode()).isEqualTo(ratio == 2 ? 1009 : 1000);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "compression.min-bytes=1000B, 999, false",
        "compression.min-bytes=1000B, 1000, true",
        "compression.level=1, 256, true"
    })
    void fromWhichLengthOnCanBeSet(String setting, int length, boolean compressed) throws Exception {
        RunningGateway gateway = gateways.start("ticker.source=off", setting);
        try (WsStream stream = subscribed(gateway, "/ws?channels=a&format=raw", OFFER)) {
            new ApiCalls(gateway).post("/publish/a", "x".repeat(length));
            WsStream.Frame frame = stream.next(TEXT);
            assertThat(frame.compressed()).isEqualTo(compressed);
            assertThat(frame.payload()).hasSize(length);
        }
    }

    /** An open stream that misses nothing that is published from now on: its pong comes after it has subscribed. */
    private static WsStream subscribed(RunningGateway gateway, String target, String offer) throws IOException {
        WsStream stream = WsStream.open(gateway, target, offer);
        stream.send(WsStream.frame(FIN | PING)).next(PONG);
        return stream;
    }

    private static byte[] digits(int length) {
        StringBuilder text = new StringBuilder();
        new Random(2).ints(length, '0', '9' + 1).forEach(digit -> text.append((char) digit));
        return text.toString().getBytes(UTF_8);
    }

    /** One message in pieces, a ping after each tenth. */
    private static byte[] fragments(byte[] payload, int length) {
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        for (int from = 0; from < payload.length; from += length) {
            byte[] part = Arrays.copyOfRange(payload, from, Math.min(payload.length, from + length));
            int fin = from + length >= payload.length ? FIN : 0;
            frames.writeBytes(WsStream.frame(fin | (from == 0 ? RSV1 | TEXT : CONTINUATION), part));
            if (from / length % 10 == 0) {
                frames.writeBytes(WsStream.frame(FIN | PING, (byte) 'p'));
            }
        }
        return frames.toByteArray();
    }

    private static byte[] deflate(String text) {
        return deflate(text.getBytes(UTF_8));
    }

    private static byte[] deflate(byte... text) {
        Deflater deflater = new Deflater(9, true);
        deflater.setInput(text);
        byte[] out = new byte[text.length + 100];
        int length = deflater.deflate(out, 0, out.length, Deflater.SYNC_FLUSH);
        deflater.end();
        return Arrays.copyOf(out, length - 4);
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
