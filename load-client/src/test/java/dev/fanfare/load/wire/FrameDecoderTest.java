package dev.fanfare.load.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FrameDecoderTest {
    private static final class Log implements FrameEvents {
        private final List<String> said = new ArrayList<>();

        @Override
        public void text(byte[] buffer, int offset, int end) {
            said.add("text " + new String(buffer, offset, end - offset, StandardCharsets.UTF_8));
        }

        @Override
        public void binary(int length) {
            said.add("binary " + length);
        }

        @Override
        public void ping(byte[] buffer, int offset, int end) {
            said.add("ping " + new String(buffer, offset, end - offset, StandardCharsets.UTF_8));
        }

        @Override
        public void pong() {
            said.add("pong");
        }

        @Override
        public void close(int code) {
            said.add("close " + code);
        }
    }

    @Test
    void framesAreReadWhereverTheBytesAreCut() throws ProtocolViolation {
        String longText = "x".repeat(300);
        byte[] bytes = Bytes.join(
                Bytes.frame(0x81, Bytes.utf8("hello")),
                Bytes.frame(0x81, new byte[0]),
                Bytes.frame(0x01, Bytes.utf8("a")),
                Bytes.frame(0x89, Bytes.utf8("p")),
                Bytes.frame(0x00, new byte[0]),
                Bytes.frame(0x80, Bytes.utf8("b")),
                Bytes.frame(0x82, new byte[3]),
                Bytes.frame(0x8a, new byte[0]),
                Bytes.frame(0x81, Bytes.utf8(longText)),
                Bytes.frame(0x88, new byte[] {3, (byte) 0xe9, 'b', 'y', 'e'}),
                Bytes.utf8("what follows a close frame does not count"));
        List<String> expected = List.of(
                "text hello", "text ", "ping p", "text ab", "binary 3", "pong", "text " + longText, "close 1001");
        for (int cut = 0; cut <= bytes.length; cut++) {
            Log log = new Log();
            Bytes.inTwo(bytes, cut, new FrameDecoder(log, false)::feed);
            assertThat(log.said).isEqualTo(expected);
        }
        Log log = new Log();
        Bytes.oneByOne(bytes, new FrameDecoder(log, false)::feed);
        assertThat(log.said).isEqualTo(expected);
    }

    @Test
    void aMessageOfMoreThan64KIsRead() throws ProtocolViolation {
        Log log = new Log();
        Bytes.inTwo(Bytes.frame(0x82, new byte[70_000]), 20_000, new FrameDecoder(log, false)::feed);
        assertThat(log.said).containsExactly("binary 70000");
    }

    @ParameterizedTest
    @CsvSource({
        "c1 00, WebSocket reserved bits set",
        "83 00, unknown WebSocket opcode",
        "8b 00, unknown WebSocket opcode",
        "81 80, masked WebSocket frame from the server",
        "09 00, fragmented WebSocket control frame",
        "89 7e, WebSocket control frame longer than 125 bytes",
        "80 00, WebSocket continuation without a message",
        "01 00 81 00, WebSocket message inside a fragmented one",
        "81 7e 00 7d, WebSocket length not in its shortest form",
        "81 7f 00 00 00 00 00 00 00 05, WebSocket length not in its shortest form",
        "81 7f 80 00 00 00 00 00 00 00, WebSocket message longer than 1048576 bytes",
        "88 01 03, WebSocket close frame of one byte",
        "88 02 03 ed, WebSocket close code that may not be sent",
        "88 02 00 00, WebSocket close code that may not be sent",
        "88 03 03 e8 ff, WebSocket close reason is not UTF-8"
    })
    void aFrameThatBreaksARuleIsRefused(String hex, String reason) {
        byte[] bytes = HexFormat.ofDelimiter(" ").parseHex(hex);
        assertThatThrownBy(() -> new FrameDecoder(new Log(), false).feed(bytes, 0, bytes.length))
                .isInstanceOf(ProtocolViolation.class)
                .hasMessage(reason);
    }

    @Test
    void fragmentsTogetherMayNotExceedTheLimit() {
        byte[] part = new byte[FrameDecoder.LIMIT / 2 + 1];
        byte[] bytes = Bytes.join(Bytes.frame(0x02, part), Bytes.frame(0x80, part));
        assertThatThrownBy(() -> new FrameDecoder(new Log(), false).feed(bytes, 0, bytes.length))
                .hasMessageContaining("WebSocket message longer than");
    }
}
