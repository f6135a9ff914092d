package dev.fanfare.load.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChunkedDecoderTest {
    private static final byte[] BODY =
            Bytes.utf8("5\r\nhello\r\n1;ext=\"x\"\r\n,\r\nA \r\n 123456789\r\n000\r\nTrailer: x\r\nOther: y\r\n\r\n");

    private final ByteArrayOutputStream body = new ByteArrayOutputStream();

    private void feed(ChunkedDecoder decoder, byte[] buffer, int from, int to) throws ProtocolViolation {
        decoder.feed(buffer, from, to, (b, f, t) -> body.write(b, f, t - f));
    }

    @Test
    void aBodyIsReadWhereverTheBytesAreCut() throws ProtocolViolation {
        for (int cut = 0; cut <= BODY.length; cut++) {
            body.reset();
            ChunkedDecoder decoder = new ChunkedDecoder();
            Bytes.inTwo(BODY, cut, (b, f, t) -> feed(decoder, b, f, t));
            assertThat(decoder.done()).isTrue();
            assertThat(body.toString(StandardCharsets.UTF_8)).isEqualTo("hello, 123456789");
        }
    }

    @Test
    void aBodyIsReadByteByByte() throws ProtocolViolation {
        ChunkedDecoder decoder = new ChunkedDecoder();
        Bytes.oneByOne(BODY, (b, f, t) -> feed(decoder, b, f, t));
        assertThat(decoder.done()).isTrue();
        assertThat(body.toString(StandardCharsets.UTF_8)).isEqualTo("hello, 123456789");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\r\n",
                "g\r\n",
                "-1\r\n",
                "5\nhello\r\n",
                "5\r\nhello5\r\n",
                "5\r\nhello\r5",
                "1;a\nb\r\n",
                "1\rx",
                "fffffffffffffffff\r\n",
                "0\r\n\r\nmore",
                "0\r\n\rx"
            })
    void brokenFramingIsRefused(String bytes) {
        byte[] broken = Bytes.utf8(bytes);
        assertThatThrownBy(() -> feed(new ChunkedDecoder(), broken, 0, broken.length))
                .isInstanceOf(ProtocolViolation.class);
    }

    @Test
    void anEndlessExtensionIsRefused() {
        byte[] broken = Bytes.utf8("1;" + "x".repeat(ChunkedDecoder.EXTRA_LIMIT + 1));
        assertThatThrownBy(() -> feed(new ChunkedDecoder(), broken, 0, broken.length))
                .hasMessage("chunk extension or trailer too long");
    }
}
