package dev.fanfare.load.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;

class CompressionTest {
    private static final Map<String, String> UPGRADED = Map.of(
            "upgrade",
            "websocket",
            "connection",
            "Upgrade",
            "sec-websocket-accept",
            Upgrade.accept("k"),
            "sec-websocket-extensions",
            "permessage-deflate; server_no_context_takeover");

    private static final class Texts implements FrameEvents {
        private final List<String> texts = new ArrayList<>();

        @Override
        public void text(byte[] buffer, int offset, int end) {
            texts.add(new String(buffer, offset, end - offset, StandardCharsets.UTF_8));
        }

        @Override
        public void binary(int length) {
            throw new AssertionError();
        }

        @Override
        public void ping(byte[] buffer, int offset, int end) {
            texts.add("ping");
        }

        @Override
        public void pong() {
            throw new AssertionError();
        }

        @Override
        public void close(int code) {
            throw new AssertionError();
        }
    }

    @Test
    void compressedMessagesAreReadWhereverTheBytesAreCut() throws ProtocolViolation {
        byte[] hello = message("hello ".repeat(50));
        byte[] bytes = Bytes.join(
                Bytes.frame(0xc1, hello),
                Bytes.frame(0x81, Bytes.utf8("plain")),
                Bytes.frame(0x41, Arrays.copyOf(hello, 3)),
                Bytes.frame(0x89, new byte[0]),
                Bytes.frame(0x80, Arrays.copyOfRange(hello, 3, hello.length)),
                Bytes.frame(0xc1, message("z".repeat(100_000))));
        for (int cut = 0; cut <= bytes.length; cut++) {
            Texts log = new Texts();
            Bytes.inTwo(bytes, cut, new FrameDecoder(log, true)::feed);
            assertThat(log.texts)
                    .containsExactly("hello ".repeat(50), "plain", "ping", "hello ".repeat(50), "z".repeat(100_000));
        }
    }

    @Test
    void whatIsNotDeflateOrWasNotAgreedOnIsRefused() {
        byte[] broken = Bytes.frame(0xc1, new byte[] {6, 7});
        byte[] ping = Bytes.frame(0xc9, new byte[0]);
        byte[] bomb = Bytes.frame(0xc1, message("0".repeat(5_000_000)));

        for (byte[] bytes : List.of(broken, ping, bomb)) {
            for (boolean deflate : new boolean[] {true, false}) {
                assertThatThrownBy(() -> new FrameDecoder(new Texts(), deflate).feed(bytes, 0, bytes.length))
                        .isInstanceOf(ProtocolViolation.class);
            }
        }
    }

    @Test
    void aGzipBodyIsHandedOnAsItComes() throws ProtocolViolation {
        byte[] header = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};
        byte[] stored = {0, 2, 0, (byte) 0xfd, (byte) 0xff, 'o', 'k'};
        byte[] stream = Bytes.join(header, flushed("one ".repeat(20_000)), stored, flushed("three"));
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        GzipBody body = new GzipBody((bytes, from, to) -> text.write(bytes, from, to - from));
        Bytes.oneByOne(stream, body::body);

        assertThat(text.toString(StandardCharsets.UTF_8)).isEqualTo("one ".repeat(20_000) + "okthree");
        byte[] none = Bytes.utf8("data: not gzip");
        assertThatThrownBy(() -> new GzipBody((bytes, from, to) -> {}).body(none, 0, none.length))
                .isInstanceOf(ProtocolViolation.class);
    }

    @Test
    void anAnswerMustFitTheOffer() throws ProtocolViolation {
        ResponseHead upgraded = new ResponseHead(101, UPGRADED);
        ResponseHead gzip =
                new ResponseHead(200, Map.of("content-type", "text/event-stream", "content-encoding", "gzip"));

        assertThat(Upgrade.checkWebSocket(upgraded, "k", null, "permessage-deflate"))
                .isTrue();
        assertThatThrownBy(() -> Upgrade.checkWebSocket(upgraded, "k", null, null))
                .hasMessage("WebSocket extension nobody offered");
        assertThat(Upgrade.checkSse(gzip, "gzip")).isEqualTo(Upgrade.UNTIL_CLOSE);
        assertThat(Upgrade.isGzip(gzip)).isTrue();
        assertThatThrownBy(() -> Upgrade.checkSse(gzip, null)).hasMessage("Content-Encoding nobody offered");
    }

    private static byte[] message(String text) {
        byte[] flushed = flushed(text);
        return Arrays.copyOf(flushed, flushed.length - 4);
    }

    private static byte[] flushed(String text) {
        Deflater deflater = new Deflater(6, true);
        deflater.setInput(Bytes.utf8(text));
        byte[] out = new byte[text.length() + 100];
        int length = deflater.deflate(out, 0, out.length, Deflater.SYNC_FLUSH);
        deflater.end();
        return Arrays.copyOf(out, length);
    }
}
