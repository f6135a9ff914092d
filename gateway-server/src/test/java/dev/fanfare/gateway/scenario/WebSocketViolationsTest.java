package dev.fanfare.gateway.scenario;

import static dev.fanfare.gateway.scenario.WsStream.BINARY;
import static dev.fanfare.gateway.scenario.WsStream.CLOSE;
import static dev.fanfare.gateway.scenario.WsStream.CONTINUATION;
import static dev.fanfare.gateway.scenario.WsStream.FIN;
import static dev.fanfare.gateway.scenario.WsStream.PING;
import static dev.fanfare.gateway.scenario.WsStream.TEXT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.fanfare.gateway.boot.RunningGateway;
import java.io.ByteArrayOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Everything RFC 6455 forbids a client, and the close code it must cost. */
class WebSocketViolationsTest {
    private static final byte[] UMLAUT = {(byte) 0xc3, (byte) 0xa4};

    @RegisterExtension
    static final Gateways gateways = new Gateways();

    static Stream<Arguments> violations() {
        byte[] unmasked = {(byte) (FIN | TEXT), 2, 'h', 'i'};
        byte[] longControl = WsStream.frame(FIN | PING, new byte[126]);
        byte[] loneContinuation = WsStream.frame(FIN | CONTINUATION, (byte) 'x');
        return Stream.of(
                argumentSet("unmasked frame", 1002, unmasked),
                argumentSet("RSV1", 1002, WsStream.frame(FIN | 0x40 | TEXT, (byte) 'x')),
                argumentSet("RSV2", 1002, WsStream.frame(FIN | 0x20 | TEXT, (byte) 'x')),
                argumentSet("RSV3", 1002, WsStream.frame(FIN | 0x10 | PING)),
                argumentSet("unknown data opcode", 1002, WsStream.frame(FIN | 3)),
                argumentSet("unknown control opcode", 1002, WsStream.frame(FIN | 11)),
                argumentSet("fragmented ping", 1002, WsStream.frame(PING)),
                argumentSet("fragmented close", 1002, WsStream.frame(CLOSE)),
                argumentSet("control frame over 125 bytes", 1002, longControl),
                argumentSet("continuation of nothing", 1002, loneContinuation),
                argumentSet(
                        "message inside a message",
                        1002,
                        join(WsStream.frame(TEXT, (byte) 'x'), WsStream.frame(FIN | TEXT, (byte) 'y'))),
                argumentSet("close body of one byte", 1002, WsStream.frame(FIN | CLOSE, (byte) 3)),
                argumentSet("close code 0", 1002, WsStream.closeFrame(0)),
                argumentSet("close code 999", 1002, WsStream.closeFrame(999)),
                argumentSet("close code 1004", 1002, WsStream.closeFrame(1004)),
                argumentSet("close code 1005", 1002, WsStream.closeFrame(1005)),
                argumentSet("close code 1006", 1002, WsStream.closeFrame(1006)),
                argumentSet("close code 1015", 1002, WsStream.closeFrame(1015)),
                argumentSet("close code 2999", 1002, WsStream.closeFrame(2999)),
                argumentSet("close code 5000", 1002, WsStream.closeFrame(5000)),
                argumentSet("close code 65535", 1002, WsStream.closeFrame(65_535)),
                argumentSet("close reason not UTF-8", 1007, WsStream.frame(FIN | CLOSE, (byte) 3, (byte) 0xe8, (byte)
                        0xff)),
                argumentSet("text not UTF-8", 1007, WsStream.frame(FIN | TEXT, (byte) 'a', (byte) 0xff)),
                argumentSet("text cut in a character", 1007, WsStream.frame(FIN | TEXT, UMLAUT[0])),
                argumentSet(
                        "surrogate in UTF-8", 1007, WsStream.frame(FIN | TEXT, (byte) 0xed, (byte) 0xa0, (byte) 0x80)),
                argumentSet("overlong UTF-8", 1007, WsStream.frame(FIN | TEXT, (byte) 0xc0, (byte) 0xaf)),
                argumentSet(
                        "fragments that are not UTF-8 together",
                        1007,
                        join(WsStream.frame(TEXT, UMLAUT[0]), WsStream.frame(FIN | CONTINUATION, (byte) 'x'))),
                argumentSet("frame too big", 1009, WsStream.frame(FIN | TEXT, new byte[70_000])),
                argumentSet("announced to be 8 EiB", 1009, hugeHeader(0x7f)),
                argumentSet("length with the highest bit", 1002, hugeHeader(0xff)),
                argumentSet(
                        "fragments too big together",
                        1009,
                        join(WsStream.frame(TEXT, new byte[60_000]), WsStream.frame(CONTINUATION, new byte[10_000]))),
                argumentSet("binary", 1003, WsStream.frame(FIN | BINARY, (byte) 1)),
                argumentSet(
                        "binary in fragments",
                        1003,
                        join(WsStream.frame(BINARY, (byte) 1), WsStream.frame(FIN | CONTINUATION, (byte) 1))));
    }

    @ParameterizedTest
    @MethodSource("violations")
    void aViolationIsAnsweredWithItsCloseCodeAndNothingMore(int code, byte[] bytes) throws Exception {
        RunningGateway gateway = gateways.start("ticker.interval=10ms");
        try (WsStream stream = WsStream.open(gateway)) {
            stream.nextTick();
            stream.send(bytes);
            assertThat(stream.closeCodeAndEnd()).isEqualTo(code);
        }
        Meters.awaitClosed(gateway, "protocol_error", 1);
        Meters.awaitConnections(gateway, 0, 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"nio", "epoll"})
    void theCloseCodeReachesAClientThatGoesOnSending(String transport) throws Exception {
        RunningGateway gateway = gateways.start("server.transport=" + transport, "ticker.source=off");
        for (int i = 0; i < 20; i++) {
            try (WsStream stream = WsStream.open(gateway)) {
                stream.send(WsStream.frame(FIN | TEXT, new byte[300_000]));
                assertThat(stream.closeCodeAndEnd()).isEqualTo(1009);
            }
        }
    }

    @Test
    void onlyOneCloseFrameIsSentHoweverManyViolationsFollow() throws Exception {
        RunningGateway gateway = gateways.start("ticker.source=off");
        byte[] bad = WsStream.frame(FIN | BINARY, (byte) 1);
        try (WsStream stream = WsStream.open(gateway)) {
            stream.send(join(bad, bad, WsStream.frame(FIN | PING), WsStream.closeFrame(1000)));
            assertThat(stream.closeCodeAndEnd()).isEqualTo(1003);
        }
    }

    @ParameterizedTest
    @FieldSource("VALID")
    void aMessageThatIsValidIsAccepted(byte[] bytes) throws Exception {
        RunningGateway gateway = gateways.start("ticker.source=off");
        try (WsStream stream = WsStream.open(gateway)) {
            stream.send(bytes).send(WsStream.closeFrame(1000));
            assertThat(stream.closeCodeAndEnd()).isEqualTo(1000);
        }
    }

    @SuppressWarnings("unused") // by @FieldSource
    static final java.util.List<Arguments> VALID = java.util.List.of(
            argumentSet("empty text", (Object) WsStream.frame(FIN | TEXT)),
            argumentSet("the largest text", (Object) WsStream.frame(FIN | TEXT, new byte[65_536])),
            argumentSet("a character split between fragments", (Object)
                    join(WsStream.frame(TEXT, UMLAUT[0]), WsStream.frame(FIN | CONTINUATION, UMLAUT[1]))),
            argumentSet("empty fragments", (Object)
                    join(WsStream.frame(TEXT), WsStream.frame(CONTINUATION), WsStream.frame(FIN | CONTINUATION))),
            argumentSet("an unasked pong", (Object) WsStream.frame(FIN | WsStream.PONG, new byte[125])));

    private static byte[] hugeHeader(int highest) {
        byte[] header = {(byte) (FIN | TEXT), (byte) 0xff, (byte) highest, -1, -1, -1, -1, -1, -1, -1, 1, 2, 3, 4};
        return header;
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
