package dev.fanfare.gateway.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.fanfare.gateway.Frugal;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Bytes a client sends after the WebSocket handshake, through the real pipeline. */
class WebSocketFuzz {
    private static final byte[] HANDSHAKE = handshake("");
    private static final byte[] COMPRESSED = handshake("Sec-WebSocket-Extensions: permessage-deflate\r\n");
    /** How fast frames may come depends on the clock, and would make two runs differ. */
    private static final EmbeddedGateway.Terms PATIENT =
            EmbeddedGateway.Terms.of("websocket.max-frame-rate=0", "websocket.max-byte-rate=0B");

    private static final Set<Integer> CODES = Set.of(1000, 1002, 1003, 1007, 1008, 1009);
    private static final int PONG = 10;
    private static final int CLOSE = 8;
    private static final int TEXT = 1;

    /** Frames as they are. */
    @FuzzTest(maxDuration = "3m")
    void bytes(byte[] input) throws Exception {
        requireHarmless(input);
    }

    /**
     * Frames that are mostly sound, so that what stands behind the decoder is reached: of every three bytes the first is a frame's first
     * byte, the second how long its payload is, the third what it is filled with; a length above 250 means a payload of many kilobytes.
     */
    @FuzzTest(maxDuration = "3m")
    void frames(byte[] input) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i + 2 < input.length && out.size() < 400_000; i += 3) {
            int length = input[i + 1] & 0xff;
            byte[] payload = new byte[length > 250 ? (length - 250) * 20_000 : length];
            Arrays.fill(payload, input[i + 2]);
            for (int j = 0; j < payload.length && j < 2 && (input[i] & 0xf) == CLOSE; j++) {
                payload[j] = (byte) (j == 0 ? 3 + (input[i + 2] & 1) : input[i + 2]);
            }
            out.writeBytes(frame(input[i], payload));
        }
        requireHarmless(out.toByteArray());
    }

    /**
     * One compressed message: taken only if the JDK inflates it and it is text; and never at the cost of much memory.
     */
    @FuzzTest(maxDuration = "3m")
    void deflated(byte[] input) throws Exception {
        byte[] frame = frame((byte) 0xc1, input);
        Frugal.within(4 * 1024 * 1024 + 400L * input.length, () -> {
            List<String> whole = answers(COMPRESSED, frame, 2048);
            assertThat(answers(COMPRESSED, frame, 7)).as("in pieces").isEqualTo(whole);
            if (whole.isEmpty() && input.length > 0) {
                assertThat(isText(input)).as("what was taken is text").isTrue();
            }
        });
    }

    /** Whether the JDK makes text of that, which has no end of its own (RFC 7692 §7.2.2). */
    private static boolean isText(byte[] input) {
        Inflater inflater = new Inflater(true);
        try {
            byte[] all = Arrays.copyOf(input, input.length + 4);
            all[input.length + 2] = (byte) 0xff;
            all[input.length + 3] = (byte) 0xff;
            inflater.setInput(all);
            byte[] text = new byte[256 * 1024];
            int length = inflater.inflate(text);
            UTF_8.newDecoder().decode(ByteBuffer.wrap(text, 0, length));
            return true;
        } catch (DataFormatException | CharacterCodingException no) {
            return false;
        } finally {
            inflater.end();
        }
    }

    private static void requireHarmless(byte[] input) throws Exception {
        Frugal.within(2 * 1024 * 1024 + 200L * input.length, () -> {
            List<String> whole = answers(input, 2048);
            int some = input.length == 0 ? 1 : 1 + (input[input.length - 1] & 0x3f);
            assertThat(answers(input, Math.max(some, input.length / 64)))
                    .as("in pieces")
                    .isEqualTo(whole);
        });
    }

    private static List<String> answers(byte[] input, int piece) throws Exception {
        return answers(HANDSHAKE, input, piece);
    }

    private static List<String> answers(byte[] handshake, byte[] input, int piece) throws Exception {
        try (EmbeddedGateway gateway = new EmbeddedGateway(PATIENT)) {
            gateway.receive(handshake, handshake.length);
            byte[] begin = gateway.sent();
            assertThat(new String(begin, ISO_8859_1)).startsWith("HTTP/1.1 101 ");
            gateway.receive(input, piece);
            assertThat(gateway.held()).as("bytes that are kept").isLessThan(512 * 1024);
            byte[] sent = gateway.sent();
            return read(Arrays.copyOfRange(sent, begin.length, sent.length));
        }
    }

    /** What was sent, as text; every frame must be one that a server may send, and a close frame the last. */
    private static List<String> read(byte[] sent) throws CharacterCodingException {
        List<String> frames = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(sent);
        boolean closed = false;
        while (in.hasRemaining()) {
            assertThat(closed).as("something follows the close frame").isFalse();
            int first = in.get() & 0xff;
            assertThat(first & 0xf0).as("FIN and no extension").isEqualTo(0x80);
            int length = in.get() & 0xff;
            if (length == 126) {
                length = in.getShort() & 0xffff;
            }
            assertThat(length).as("not masked, not huge").isLessThan(1 << 16);
            byte[] payload = new byte[length];
            in.get(payload);
            switch (first & 0xf) {
                case CLOSE -> {
                    closed = true;
                    int code = ByteBuffer.wrap(payload).getShort() & 0xffff;
                    assertThat(CODES.contains(code) || (code >= 1000 && code <= 4999))
                            .as("close code " + code)
                            .isTrue();
                    UTF_8.newDecoder().decode(ByteBuffer.wrap(payload, 2, length - 2));
                    frames.add("close " + code);
                }
                case PONG -> {
                    assertThat(length).isLessThanOrEqualTo(125);
                    frames.add("pong " + length);
                }
                default -> {
                    assertThat(first & 0xf).as("opcode").isEqualTo(TEXT);
                    frames.add("text");
                }
            }
        }
        return frames;
    }

    private static byte[] frame(byte first, byte[] payload) {
        ByteBuffer out = ByteBuffer.allocate(payload.length + 14).put(first);
        if (payload.length < 126) {
            out.put((byte) (0x80 | payload.length));
        } else if (payload.length < 1 << 16) {
            out.put((byte) 0xfe).putShort((short) payload.length);
        } else {
            out.put((byte) 0xff).putLong(payload.length);
        }
        byte[] mask = {1, 2, 3, 4};
        out.put(mask);
        for (int i = 0; i < payload.length; i++) {
            out.put((byte) (payload[i] ^ mask[i & 3]));
        }
        return Arrays.copyOf(out.array(), out.position());
    }

    private static byte[] handshake(String more) {
        return ("GET /ws?channels=chat:a HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" + more
                        + "\r\n")
                .getBytes(UTF_8);
    }
}
