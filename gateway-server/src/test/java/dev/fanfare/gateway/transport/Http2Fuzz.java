package dev.fanfare.gateway.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.fanfare.gateway.Frugal;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/** Bytes a client sends as HTTP/2, through the real pipeline: no exception, no buffer left, well-formed frames in return. */
class Http2Fuzz {
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0".getBytes(ISO_8859_1);
    private static final int HEADERS = 1;
    private static final int LARGEST_FRAME = 16_384;
    private static final int HIGHEST_TYPE = 9;
    /** Requests without compression: {@code :method} and {@code :path} of the static table, or literal. */
    private static final List<byte[]> REQUESTS = List.of(
            block("\u0082\u0086\u0084\u0001\u0001x"),
            block("\u0082\u0086\u0004\u0005/echo\u0001\u0001x"),
            block("\u0082\u0086\u0004\u0004/sse\u0001\u0001x"),
            block("\u0083\u0086\u0004\u0005/echo\u0001\u0001x"),
            block("\u0082\u0086\u0004\u0005/echo\u0001\u0001x\u0000\u0001a\u0001b"),
            block(
                    "\u0000\u0007:method\u0007CONNECT\u0086\u0000\u0009:protocol\u0009websocket\u0004\u0003/ws\u0001\u0001x"
                            + "\u0000\u0015sec-websocket-version\u000213"),
            block("\u0082\u0086\u0004\u0005/echo\u0001\u0001x\u0000\u0011transfer-encoding\u0007chunked"),
            block("\u0082\u0082\u0086\u0004\u0005/echo"));

    /** Frames as they are. */
    @FuzzTest(maxDuration = "5m")
    void bytes(byte[] input) throws Exception {
        requireHarmless(input);
    }

    /**
     * Frames that are mostly sound: of every four bytes the first is the type, the second the flags, the third the stream, and the fourth
     * chooses a request, or how long the payload is.
     */
    @FuzzTest(maxDuration = "5m")
    void frames(byte[] input) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i + 3 < input.length && out.size() < 200_000; i += 4) {
            int type = (input[i] & 0xff) % 11;
            byte[] payload = type == HEADERS
                    ? REQUESTS.get((input[i + 3] & 0xff) % REQUESTS.size())
                    : Arrays.copyOfRange(input, i, Math.min(input.length, i + (input[i + 3] & 0x3f)));
            out.writeBytes(ByteBuffer.allocate(9 + payload.length)
                    .put((byte) 0)
                    .putShort((short) payload.length)
                    .put((byte) type)
                    .put(type == HEADERS ? (byte) (input[i + 1] & 0x05) : input[i + 1])
                    .putInt(input[i + 2] & 0x0f)
                    .put(payload)
                    .array());
        }
        requireHarmless(out.toByteArray());
    }

    private static void requireHarmless(byte[] input) throws Exception {
        byte[] all = Arrays.copyOf(PREFACE, PREFACE.length + input.length);
        System.arraycopy(input, 0, all, PREFACE.length, input.length);
        int some = input.length == 0 ? 1 : 1 + (input[input.length - 1] & 0x3f);
        Frugal.within(8 * 1024 * 1024 + 2_000L * input.length, () -> {
            receive(all, 2048);
            receive(all, Math.max(some, all.length / 64));
        });
    }

    private static void receive(byte[] all, int piece) {
        try (EmbeddedGateway gateway = new EmbeddedGateway()) {
            gateway.receive(all, piece);
            assertThat(gateway.held()).as("bytes that are kept").isLessThan(1024 * 1024);
            requireFrames(ByteBuffer.wrap(gateway.sent()));
        }
    }

    private static void requireFrames(ByteBuffer in) {
        while (in.hasRemaining()) {
            assertThat(in.remaining()).as("bytes of a frame's head").isGreaterThanOrEqualTo(9);
            int length = ((in.get() & 0xff) << 16) | (in.getShort() & 0xffff);
            int type = in.get();
            in.get();
            int stream = in.getInt();
            assertThat(length).isLessThanOrEqualTo(LARGEST_FRAME);
            assertThat(type).as("a type that HTTP/2 has").isBetween(0, HIGHEST_TYPE);
            assertThat(stream).isNotNegative();
            assertThat(in.remaining()).as("a whole frame").isGreaterThanOrEqualTo(length);
            in.position(in.position() + length);
        }
    }

    private static byte[] block(String latin1) {
        return latin1.getBytes(ISO_8859_1);
    }
}
