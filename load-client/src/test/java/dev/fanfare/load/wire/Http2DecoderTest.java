package dev.fanfare.load.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Http2DecoderTest {
    private static final String SETTINGS = "000006 04 00 00000000 0003 00000064";

    private final List<String> heard = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private final Http2Decoder decoder = new Http2Decoder(new Http2Events() {
        @Override
        public void settings(long maxStreams) {
            heard.add("settings " + maxStreams);
        }

        @Override
        public void head(int stream, @Nullable ResponseHead head, boolean last) {
            heard.add("head " + stream + " " + (head == null ? "trailers" : head.status() + " " + head.headers())
                    + last(last));
        }

        @Override
        public void data(int stream, byte[] buffer, int offset, int end) {
            text.append(new String(buffer, offset, end - offset, StandardCharsets.UTF_8));
        }

        @Override
        public void dataEnd(int stream, int length, boolean last) {
            heard.add("data " + stream + " " + length + " '" + text + "'" + last(last));
            text.setLength(0);
        }

        @Override
        public void reset(int stream, long code) {
            heard.add("reset " + stream + " " + Http2Decoder.errorName(code));
        }

        @Override
        public void ping(byte[] buffer, int offset) {
            heard.add("ping " + ByteBufUtil.hexDump(buffer, offset, 8));
        }

        @Override
        public void goAway(int lastStream, long code) {
            heard.add("goaway " + lastStream + " " + Http2Decoder.errorName(code));
        }

        private String last(boolean last) {
            return last ? " last" : "";
        }
    });

    private void feed(String hex) throws ProtocolViolation {
        byte[] bytes = ByteBufUtil.decodeHexDump(hex.replace(" ", ""));
        decoder.feed(bytes, 0, bytes.length);
    }

    @ParameterizedTest
    @CsvSource({"1", "2", "3", "7", "1000"})
    void framesAreTheSameHoweverTheirBytesArrive(int slice) throws Exception {
        String all = SETTINGS
                + "000000 04 01 00000000" // our settings are acknowledged
                + "000001 01 04 00000001 88" // :status 200
                + "000005 00 00 00000001 68656c6c6f" // hello
                + "000008 00 09 00000001 02 776f726c64 0000" // world, padded by 2, last
                + "000000 00 00 00000003"
                + "000004 08 00 00000000 00000001"
                + "000008 06 00 00000000 0102030405060708"
                + "000008 06 01 00000000 0102030405060708"
                + "000005 02 00 00000003 0000000000" // a priority
                + "000003 fe 00 00000003 000000" // what has been invented since
                + "000001 01 00 00000005 88" // in two pieces
                + "000000 09 04 00000005"
                + "000007 01 2d 00000007 01 0000000000 88 00" // would be padded, with a priority
                        .replace("000007 01 2d", "000008 01 2d")
                + "000004 03 00 00000005 00000008"
                + "000008 07 00 00000000 00000005 0000000b";
        byte[] bytes = ByteBufUtil.decodeHexDump(all.replace(" ", ""));
        for (int at = 0; at < bytes.length; at += slice) {
            byte[] part = java.util.Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + slice));
            decoder.feed(part, 0, part.length);
        }
        assertThat(heard)
                .containsExactly(
                        "settings 100",
                        "head 1 200 {}",
                        "data 1 5 'hello'",
                        "data 1 8 'world' last",
                        "data 3 0 ''",
                        "ping 0102030405060708",
                        "head 5 200 {}",
                        "head 7 200 {} last",
                        "reset 5 CANCEL",
                        "goaway 5 ENHANCE_YOUR_CALM");
    }

    @ParameterizedTest
    @CsvSource({
        "004001 00 00 00000001, frame longer than allowed",
        "000001 00 00 00000002 00, a stream nobody opened",
        "000001 00 08 00000001 01, padding longer than its frame",
        "000000 00 08 00000001, padding longer than its frame",
        "000001 01 0c 00000001 01, padding longer than its frame",
        "000006 04 00 00000001 000300000064, connection frame on a stream",
        "000005 04 00 00000000 0003000000, wrong length",
        "000004 05 04 00000001 00000002, push nobody allowed",
        "000000 09 04 00000001, continuation of nothing",
        "000001 01 00 00000001 88 000001 00 00 00000001 00, header block interrupted",
        "000004 08 00 00000000 00000000, window update of nothing",
        "000003 03 00 00000001 000000, wrong length",
        "000001 01 04 00000001 80, index of nothing",
        "000007 01 04 00000001 88 0002 6142 0163, may not be in a response",
        "000002 01 04 00000001 88 88, may not be in a response",
        "485454502f312e3120, frame longer than allowed",
    })
    void whatBreaksTheStandardIsNamed(String hex, String reason) throws Exception {
        feed(SETTINGS);
        assertThatThrownBy(() -> feed(hex))
                .isInstanceOf(ProtocolViolation.class)
                .hasMessageContaining(reason);
    }

    @Test
    void aServerOfAnotherProtocolIsFoundByItsFirstFrame() {
        byte[] http1 = "HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        assertThatThrownBy(() -> decoder.feed(http1, 0, http1.length))
                .hasMessageContaining("server does not speak HTTP/2");
    }

    @Test
    void aHeaderBlockWithoutEndIsBounded() throws Exception {
        feed(SETTINGS);
        feed("000000 01 00 00000001");
        String piece = "004000 09 00 00000001" + "00".repeat(16_384);
        for (int i = 0; i < 4; i++) {
            feed(piece);
        }
        assertThatThrownBy(() -> feed(piece)).hasMessageContaining("HTTP/2 header block longer than");
    }
}
