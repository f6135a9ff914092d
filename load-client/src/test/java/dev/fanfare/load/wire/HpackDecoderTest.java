package dev.fanfare.load.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HpackDecoderTest {
    private final HpackDecoder decoder = new HpackDecoder();

    private List<String> decode(String hex) throws ProtocolViolation {
        byte[] bytes = ByteBufUtil.decodeHexDump(hex.replace(" ", ""));
        return decoder.decode(bytes, 0, bytes.length).stream()
                .map(f -> f.name() + ": " + f.value())
                .toList();
    }

    @Test
    void theResponsesOfTheStandardsAppendixAreReadWithTheTableTheyShare() throws Exception {
        // RFC 7541, C.6: Huffman, and a table that others than the first response evict from at 256 bytes
        assertThat(decode("3fe101 4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6"
                        + "2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3"))
                .containsExactly(
                        ":status: 302",
                        "cache-control: private",
                        "date: Mon, 21 Oct 2013 20:13:21 GMT",
                        "location: https://www.example.com");
        assertThat(decode("4883 640e ffc1 c0bf"))
                .containsExactly(
                        ":status: 307",
                        "cache-control: private",
                        "date: Mon, 21 Oct 2013 20:13:21 GMT",
                        "location: https://www.example.com");
        assertThat(
                        decode(
                                "88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d"
                                        + "d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07"))
                .containsExactly(
                        ":status: 200",
                        "cache-control: private",
                        "date: Mon, 21 Oct 2013 20:13:22 GMT",
                        "location: https://www.example.com",
                        "content-encoding: gzip",
                        "set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1");
    }

    @Test
    void whatNettysEncoderWritesIsReadAsItWas() throws Exception {
        Random random = new Random(6);
        DefaultHttp2HeadersEncoder encoder =
                new DefaultHttp2HeadersEncoder(Http2HeadersEncoder.NEVER_SENSITIVE, false, 16, 1);
        for (int block = 0; block < 500; block++) {
            Http2Headers headers = new DefaultHttp2Headers(false).status(Integer.toString(100 + random.nextInt(500)));
            List<String> expected = new ArrayList<>(List.of(":status: " + headers.status()));
            for (int i = random.nextInt(6); i > 0; i--) {
                StringBuilder value = new StringBuilder();
                for (int c = random.nextInt(200); c > 0; c--) {
                    value.append((char) random.nextInt(256));
                }
                String name = random.nextInt(3) == 0 ? "vary" : "x-" + random.nextInt(40);
                headers.add(name, value.toString());
                expected.add(name + ": " + value);
            }
            ByteBuf out = Unpooled.buffer();
            encoder.encodeHeaders(1, headers, out);
            assertThat(decode(ByteBufUtil.hexDump(out))).containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "80, index of nothing",
        "be, index of nothing",
        "ffffffffffff, integer too large",
        "48, block ends within a field",
        "4882, block ends within a field",
        "48826400, wrong padding",
        "4885ffffffffff, EOS within a string",
        "3fe17f, table size update out of place or too large",
        "8820, table size update out of place",
    })
    void whatIsNoHeaderBlockIsRefusedByName(String hex, String reason) {
        String block = hex.equals("48826400") ? "48836400 00".replace(" ", "") : hex;
        assertThatThrownBy(() -> decode(block))
                .isInstanceOf(ProtocolViolation.class)
                .hasMessageContaining(reason);
    }
}
