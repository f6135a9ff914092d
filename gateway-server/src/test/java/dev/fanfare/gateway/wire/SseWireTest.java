package dev.fanfare.gateway.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SseWireTest {
    private static byte[] event(@Nullable String id, @Nullable String type, String data) {
        return SseWire.event(id, type, data.getBytes(UTF_8));
    }

    @Test
    void anEventHasIdTypeAndDataInThisOrderAndEndsWithAnEmptyLine() {
        assertThat(text(event("7", "tick", "hello"))).isEqualTo("id: 7\nevent: tick\ndata: hello\n\n");
    }

    @Test
    void anEventWithoutIdAndTypeHasOnlyData() {
        assertThat(text(event(null, null, "hello"))).isEqualTo("data: hello\n\n");
    }

    @Test
    void emptyDataStillMakesADataLineForWithoutOneTheEventIsNotDispatched() {
        assertThat(text(event(null, null, ""))).isEqualTo("data: \n\n");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            a\\nb     | a,b
            a\\rb     | a,b
            a\\r\\nb   | a,b
            a\\n\\rb   | a,,b
            a\\r\\n    | a,
            \\n       | ,
            a\\n\\n\\nb | a,,,b
            """)
    void everyLineOfTheDataIsADataLineWhateverEndsIt(String data, String lines) {
        StringBuilder expected = new StringBuilder();
        for (String line : lines.split(",", -1)) {
            expected.append("data: ").append(line).append('\n');
        }

        assertThat(text(event(null, null, data.translateEscapes()))).isEqualTo(expected + "\n");
    }

    @Test
    void dataThatLooksLikeAFieldStaysData() {
        assertThat(text(event(null, null, "x\nid: 9\n: y"))).isEqualTo("data: x\ndata: id: 9\ndata: : y\n\n");
    }

    @Test
    void dataIsWrittenAsUtf8() {
        assertThat(event("삼", null, "😀\u2028é")).isEqualTo("id: 삼\ndata: 😀\u2028é\n\n".getBytes(UTF_8));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\nb", "a\rb", "\r\n", "a\0b"})
    void anIdATypeOrACommentOfSeveralLinesIsRefused(String lines) {
        assertThatIllegalArgumentException().isThrownBy(() -> event(lines, null, "x"));
        assertThatIllegalArgumentException().isThrownBy(() -> event(null, lines, "x"));
        assertThatIllegalArgumentException().isThrownBy(() -> SseWire.comment(lines));
    }

    @Test
    void aCommentBeginsWithAColon() {
        assertThat(text(SseWire.comment("heartbeat"))).isEqualTo(": heartbeat\n\n");
    }

    @Test
    void retryIsAWholeNumberOfMilliseconds() {
        assertThat(text(SseWire.retry(3000))).isEqualTo("retry: 3000\n\n");
    }

    @ParameterizedTest
    @CsvSource({"1,1", "9,9", "10,a", "15,f", "16,10", "255,ff", "256,100", "4095,fff", "65535,ffff", "65536,10000"})
    void aChunkIsItsLengthInHexThenTheBytes(int length, String hex) {
        byte[] body = body(length);
        byte[] chunk = SseWire.chunk(body);

        int head = hex.length() + 2;
        assertThat(new String(chunk, 0, head, US_ASCII)).isEqualTo(hex + "\r\n");
        assertThat(Arrays.copyOfRange(chunk, head, head + length)).isEqualTo(body);
        assertThat(new String(chunk, head + length, chunk.length - head - length, US_ASCII))
                .isEqualTo("\r\n");
    }

    @Test
    void anEmptyChunkIsRefusedBecauseItWouldEndTheBody() {
        assertThatIllegalArgumentException().isThrownBy(() -> SseWire.chunk(new byte[0]));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 15, 16, 255, 256, 65_535})
    void anHttpClientReadsTheBodyBackFromChunks(int length) {
        byte[] body = body(length);
        EmbeddedChannel client = new EmbeddedChannel(new HttpResponseDecoder(4096, 8192, 1 << 20));
        client.writeInbound(Unpooled.copiedBuffer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", US_ASCII));
        client.writeInbound(Unpooled.wrappedBuffer(SseWire.chunk(body), SseWire.chunk(body), SseWire.lastChunk()));

        assertThat(client.<HttpResponse>readInbound().status().code()).isEqualTo(200);
        ByteBuf received = Unpooled.buffer();
        HttpContent content = client.readInbound();
        while (!(content instanceof LastHttpContent)) {
            received.writeBytes(content.content());
            content.release();
            content = client.readInbound();
        }
        content.release();
        assertThat(received).isEqualTo(Unpooled.wrappedBuffer(body, body));
        assertThat(client.finish()).isFalse();
    }

    @Test
    void nobodyCanSpoilTheLastChunkForOthers() {
        SseWire.lastChunk()[0] = 'x';

        assertThat(text(SseWire.lastChunk())).isEqualTo("0\r\n\r\n");
    }

    private static byte[] body(int length) {
        byte[] body = new byte[length];
        for (int i = 0; i < length; i++) {
            body[i] = (byte) i;
        }
        return body;
    }

    private static String text(byte[] bytes) {
        return new String(bytes, UTF_8);
    }
}
