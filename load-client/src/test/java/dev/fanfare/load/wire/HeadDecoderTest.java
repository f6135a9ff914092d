package dev.fanfare.load.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeadDecoderTest {
    private static final String HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nX-A: 1\r\nx-a:2\r\n\r\n";

    @Test
    void aHeadIsReadWhereverTheBytesAreCutAndTheBodyIsLeft() throws ProtocolViolation {
        byte[] bytes = Bytes.utf8(HEAD + "body");
        for (int cut = 0; cut < HEAD.length(); cut++) {
            HeadDecoder decoder = new HeadDecoder();
            assertThat(decoder.feed(bytes, 0, cut)).isEqualTo(cut);
            assertThat(decoder.head()).isNull();
            assertThat(decoder.feed(bytes, cut, bytes.length)).isEqualTo(HEAD.length());
            assertThat(decoder.head())
                    .isEqualTo(new ResponseHead(200, Map.of("content-type", "text/event-stream", "x-a", "1, 2")));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.0 200 OK\r\n\r\n",
                "HTTP/1.1 2x0 OK\r\n\r\n",
                "HTTP/1.1 20\r\n\r\n",
                "HTTP/1.1 2000\r\n\r\n",
                "HTTP/1.1 200 OK\r\n: v\r\n\r\n",
                "HTTP/1.1 200 OK\r\nname\r\n\r\n",
                "HTTP/1.1 200 OK\r\nna me: v\r\n\r\n",
                "HTTP/1.1 200 OK\r\na: 1\r\n folded\r\n\r\n",
                "HTTP/1.1 200 OK\r\na: 1\nb: 2\r\n\r\n",
                "HTTP/1.1 200 OK\r\na: \u0000\r\n\r\n",
                "\r\n\r\n"
            })
    void aMalformedHeadIsRefused(String head) {
        byte[] bytes = Bytes.utf8(head);
        assertThatThrownBy(() -> new HeadDecoder().feed(bytes, 0, bytes.length))
                .isInstanceOf(ProtocolViolation.class)
                .hasMessageStartingWith("malformed HTTP");
    }

    @Test
    void aHeadWithoutEndIsRefusedAtTheLimit() {
        byte[] bytes = new byte[HeadDecoder.LIMIT + 1];
        assertThatThrownBy(() -> new HeadDecoder().feed(bytes, 0, bytes.length))
                .isInstanceOf(ProtocolViolation.class)
                .hasMessageContaining("HTTP response head longer than");
    }
}
