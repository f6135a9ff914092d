package dev.fanfare.gateway.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that a proxy before us may read as one and we as two (RFC 9112 §11.2): refused, and nothing after them is read. */
class SmugglingTest {
    private static final String BEHIND = "GET /echo/smuggled HTTP/1.1\r\nHost: x\r\n\r\n";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcd",
                "Content-Length: 4, 5\r\n\r\nabcd",
                "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
                "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
                "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
                "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
                "Transfer-Encoding:\u000bchunked\r\n\r\n0\r\n\r\n",
                "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
                " Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "Content-Length: +4\r\n\r\nabcd",
                "Content-Length: -4\r\n\r\nabcd",
                "Content-Length: 0x4\r\n\r\nabcd",
                "Content-Length: 4 4\r\n\r\nabcd",
                "Content-Length : 4\r\n\r\nabcd",
                "Content-Length: 99999999999999999999\r\n\r\nabcd",
                "Transfer-Encoding: chunked\r\n\r\n0x4\r\nabcd\r\n0\r\n\r\n",
                "Transfer-Encoding: chunked\r\n\r\n-4\r\nabcd\r\n0\r\n\r\n",
                "Transfer-Encoding: chunked\r\n\r\n4\nabcd\r\n0\r\n\r\n",
                "Transfer-Encoding: chunked\r\n\r\n4\r\nabcdX\r\n0\r\n\r\n",
                "Transfer-Encoding: chunked\r\n\r\n4;a\nb\r\nabcd\r\n0\r\n\r\n",
                "Host: y\r\n\r\n",
                "A: b\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "A: b\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "A: b\u0000c\r\n\r\n"
            })
    void anAmbiguousRequestIsRefusedAndNothingBehindItIsRead(String rest) {
        String request = "POST /echo HTTP/1.1\r\nHost: x\r\n" + rest + BEHIND;
        List<String> answers;
        try (EmbeddedGateway gateway = new EmbeddedGateway()) {
            gateway.receive(request.getBytes(ISO_8859_1), 2048);
            answers = Answers.read(new String(gateway.sent(), ISO_8859_1));
        }
        assertThat(answers).as(request).hasSize(1);
        assertThat(answers.get(0)).startsWith("400 ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 4\r\n\r\nabcd",
                "Transfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n",
                "transfer-encoding:  Chunked \r\n\r\n4;a=b\r\nabcd\r\n0\r\nTrailer: c\r\n\r\n"
            })
    void aSoundOneIsReadToItsEndAndSoIsTheNext(String rest) {
        String request = "POST /echo HTTP/1.1\r\nHost: x\r\n" + rest + BEHIND;
        try (EmbeddedGateway gateway = new EmbeddedGateway()) {
            gateway.receive(request.getBytes(ISO_8859_1), 2048);
            assertThat(Answers.read(new String(gateway.sent(), ISO_8859_1)))
                    .containsExactly("200 /echo 0 4", "200 /echo/smuggled 0 0");
        }
    }
}
