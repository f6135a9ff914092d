package dev.fanfare.gateway.transport;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FrameMeterTest {
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int PING = 6;
    private static final int WINDOW_UPDATE = 8;
    private static final long SECOND = 1_000_000_000L;

    private final FrameMeter meter = new FrameMeter(10, 0);

    @Test
    void tenControlFramesPassAndTheEleventhDoesNot() {
        assertThat(allows(0, preface(), frames(10, PING, 0, 8))).isTrue();
        assertThat(allows(0, frames(1, PING, 0, 8))).isFalse();
    }

    @Test
    void howTheBytesComeMakesNoDifference() {
        Random random = new Random(7);
        for (int run = 0; run < 200; run++) {
            FrameMeter split = new FrameMeter(10, 0);
            byte[] bytes = join(
                    preface(),
                    frames(3, HEADERS, 5, 300),
                    frames(4, PING, 0, 8),
                    frames(2, DATA, 0, 5),
                    frames(6, PING, 0, 8));
            int at = 0;
            while (at < bytes.length) {
                int part = Math.min(bytes.length - at, 1 + random.nextInt(20));
                assertThat(split.allows(Unpooled.wrappedBuffer(bytes, at, part), 0))
                        .as("at " + at)
                        .isTrue();
                at += part;
            }
            assertThat(split.allows(Unpooled.wrappedBuffer(frames(1, PING, 0, 8)), 0))
                    .isFalse();
        }
    }

    @Test
    void theBucketFillsAgain() {
        assertThat(allows(0, preface(), frames(10, PING, 0, 8))).isTrue();
        assertThat(allows(SECOND / 2, frames(5, PING, 0, 8))).isTrue();
        assertThat(allows(100 * SECOND, frames(10, PING, 0, 8))).isTrue();
        assertThat(allows(100 * SECOND, frames(1, PING, 0, 8))).isFalse();
    }

    @Test
    void requestsTheirBodiesAndTheirEndsCostNothing() {
        assertThat(allows(0, preface(), frames(50, HEADERS, 5, 20), frames(50, DATA, 0, 1), frames(50, DATA, 1, 0)))
                .isTrue();
        assertThat(allows(0, frames(10, DATA, 0, 0)))
                .as("empty, and not the end")
                .isTrue();
        assertThat(allows(0, frames(1, DATA, 0, 0))).isFalse();
    }

    @Test
    void twoWindowUpdatesForEachFrameThatWasSentAreFree() {
        meter.sent(20);
        assertThat(allows(0, preface(), frames(40, WINDOW_UPDATE, 0, 4))).isTrue();
        assertThat(allows(0, frames(10, WINDOW_UPDATE, 0, 4))).isTrue();
        assertThat(allows(0, frames(1, WINDOW_UPDATE, 0, 4))).isFalse();
        meter.sent(1);
        assertThat(allows(0, frames(2, WINDOW_UPDATE, 0, 4))).isTrue();
    }

    private boolean allows(long now, byte[]... parts) {
        return meter.allows(Unpooled.wrappedBuffer(parts), now);
    }

    private static byte[] preface() {
        return "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);
    }

    private static byte[] frames(int count, int type, int flags, int length) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < count; i++) {
            bytes.writeBytes(
                    new byte[] {0, (byte) (length >> 8), (byte) length, (byte) type, (byte) flags, 0, 0, 0, 1});
            bytes.writeBytes(new byte[length]);
        }
        return bytes.toByteArray();
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
