package dev.fanfare.gateway.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WebSocketWireTest {
    @ParameterizedTest
    @CsvSource({
        "0,8100",
        "1,8101",
        "125,817d",
        "126,817e007e",
        "127,817e007f",
        "255,817e00ff",
        "256,817e0100",
        "65535,817effff",
        "65536,817f0000000000010000",
        "16777217,817f0000000001000001"
    })
    void aTextFrameHasTheShortestHeaderForItsLengthThenThePayload(int length, String header) {
        byte[] payload = "x".repeat(length).getBytes(UTF_8);
        byte[] frame = WebSocketWire.text(payload);

        int head = header.length() / 2;
        assertThat(HexFormat.of().formatHex(frame, 0, head)).isEqualTo(header);
        assertThat(Arrays.equals(frame, head, frame.length, payload, 0, length)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"0", "125", "126", "65535", "65536"})
    void aClientReadsTheTextBack(int length) {
        TextWebSocketFrame frame =
                (TextWebSocketFrame) read(WebSocketWire.text("y".repeat(length).getBytes(UTF_8)));

        assertThat(frame.isFinalFragment()).isTrue();
        assertThat(frame.text()).isEqualTo("y".repeat(length));
        frame.release();
    }

    @Test
    void aPingIsEmptyAndAPongCarriesThePayloadOfThePing() {
        WebSocketFrame ping = read(WebSocketWire.ping());
        WebSocketFrame pong = read(WebSocketWire.pong("abc".getBytes(UTF_8)));

        assertThat(ping).isInstanceOf(PingWebSocketFrame.class);
        assertThat(ping.content().readableBytes()).isZero();
        assertThat(pong).isInstanceOf(PongWebSocketFrame.class);
        assertThat(pong.content().toString(UTF_8)).isEqualTo("abc");
        ping.release();
        pong.release();
    }

    @Test
    void aCloseFrameCarriesCodeAndReason() {
        CloseWebSocketFrame close = (CloseWebSocketFrame) read(WebSocketWire.close(1012, "gateway is restarting"));

        assertThat(close.statusCode()).isEqualTo(1012);
        assertThat(close.reasonText()).isEqualTo("gateway is restarting");
        close.release();
    }

    @Test
    void aCloseReasonHasAtMost123BytesOfUtf8() {
        assertThatCode(() -> WebSocketWire.close(1000, "r".repeat(123))).doesNotThrowAnyException();
        assertThatCode(() -> WebSocketWire.close(1000, "é".repeat(61))).doesNotThrowAnyException();
        assertThatIllegalArgumentException().isThrownBy(() -> WebSocketWire.close(1000, "r".repeat(124)));
        assertThatIllegalArgumentException().isThrownBy(() -> WebSocketWire.close(1000, "é".repeat(62)));
    }

    private static WebSocketFrame read(byte[] bytes) {
        EmbeddedChannel client = new EmbeddedChannel(new WebSocket13FrameDecoder(WebSocketDecoderConfig.newBuilder()
                .expectMaskedFrames(false)
                .maxFramePayloadLength(1 << 20)
                .build()));
        client.writeInbound(Unpooled.wrappedBuffer(bytes));
        WebSocketFrame frame = client.readInbound();
        assertThat(frame).isNotNull();
        assertThat(client.<Object>readInbound()).isNull();
        return frame;
    }
}
