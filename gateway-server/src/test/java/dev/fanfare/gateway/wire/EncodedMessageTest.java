package dev.fanfare.gateway.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EncodedMessageTest {
    @Test
    void aMessageIsReadyInEveryFormat() {
        EncodedMessage message = EncodedMessage.of("7", "{\"é\":1}".getBytes(UTF_8));

        assertThat(text(message.in(WireFormat.SSE_PLAIN))).isEqualTo("id: 7\ndata: {\"é\":1}\n\n");
        assertThat(text(message.in(WireFormat.SSE_CHUNKED))).isEqualTo("16\r\nid: 7\ndata: {\"é\":1}\n\n\r\n");
        assertThat(text(message.in(WireFormat.WEBSOCKET_TEXT)).substring(2)).isEqualTo("{\"é\":1}");
        message.release();
    }

    @Test
    void aMessageWithoutIdHasNoIdLine() {
        EncodedMessage message = EncodedMessage.of(null, "x".getBytes(UTF_8));

        assertThat(text(message.in(WireFormat.SSE_PLAIN))).isEqualTo("data: x\n\n");
        message.release();
    }

    @ParameterizedTest
    @EnumSource
    void everyFrameIsReleasedByTheLastReleaseAndNotBefore(WireFormat format) {
        EncodedMessage message = EncodedMessage.of("7", "x".getBytes(UTF_8));
        SharedFrame frame = message.in(format);
        message.retain();

        assertThat(message.release()).isFalse();
        assertThat(frame.refCnt()).isEqualTo(1);
        assertThat(message.release()).isTrue();
        assertThat(frame.refCnt()).isZero();
    }

    @Test
    void aFrameThatSomebodyKeepsOutlivesTheMessage() {
        EncodedMessage message = EncodedMessage.of("7", "x".getBytes(UTF_8));
        SharedFrame kept = message.in(WireFormat.SSE_PLAIN).retain();

        message.release();

        assertThat(text(kept)).isEqualTo("id: 7\ndata: x\n\n");
        assertThat(kept.release()).isTrue();
    }

    private static String text(SharedFrame frame) {
        ByteBuf bytes = frame.from(0);
        try {
            return bytes.toString(UTF_8);
        } finally {
            bytes.release();
        }
    }
}
