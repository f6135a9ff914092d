package dev.fanfare.gateway.scenario;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.gateway.boot.RunningGateway;
import io.netty.handler.codec.http2.Http2Error;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A client of HTTP/2 that sends exactly the frames it is told to, also those that no client should. Not for several threads. */
final class Http2Frames implements AutoCloseable {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int PRIORITY = 2;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;

    static final int END_STREAM = 1;
    static final int END_HEADERS = 4;

    private final RawClient client;

    private Http2Frames(RawClient client) throws IOException {
        this.client = client;
        client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    }

    /** One frame from the gateway. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Frame(int type, int flags, int stream, byte[] payload) {
        /** Of RST_STREAM and GOAWAY. */
        Http2Error error() {
            int at = type == GOAWAY ? 4 : 0;
            return Http2Error.valueOf(ByteBuffer.wrap(payload).getInt(at));
        }
    }

    static Http2Frames to(RunningGateway gateway, int... settings) throws IOException {
        return new Http2Frames(RawClient.to(gateway)).send(SETTINGS, 0, 0, settings(settings));
    }

    /** One whose kernel takes few bytes in advance. */
    static Http2Frames withSmallBuffer(RunningGateway gateway, int... settings) throws IOException {
        return new Http2Frames(RawClient.withSmallBuffer(gateway)).send(SETTINGS, 0, 0, settings(settings));
    }

    /** Pairs of identifier and value. */
    static byte[] settings(int... pairs) {
        ByteBuffer bytes = ByteBuffer.allocate(pairs.length * 3);
        for (int i = 0; i < pairs.length; i += 2) {
            bytes.putShort((short) pairs[i]).putInt(pairs[i + 1]);
        }
        return bytes.array();
    }

    static byte[] number(int number) {
        return ByteBuffer.allocate(4).putInt(number).array();
    }

    /** The header block of a request (RFC 7541), without compression. */
    static byte[] block(String method, String path) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        block.write(method.equals("GET") ? 0x82 : 0x83);
        block.write(0x86); // http
        literal(block, 4, path);
        literal(block, 1, "localhost");
        return block.toByteArray();
    }

    private static void literal(ByteArrayOutputStream block, int name, String value) {
        block.write(name);
        block.write(value.length());
        block.writeBytes(value.getBytes(US_ASCII));
    }

    static byte[] frame(int type, int flags, int stream, byte... payload) {
        return ByteBuffer.allocate(9 + payload.length)
                .put((byte) (payload.length >> 16))
                .putShort((short) payload.length)
                .put((byte) type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }

    Http2Frames send(int type, int flags, int stream, byte... payload) throws IOException {
        client.send(frame(type, flags, stream, payload));
        return this;
    }

    Http2Frames get(int stream, String path) throws IOException {
        return send(HEADERS, END_STREAM | END_HEADERS, stream, block("GET", path));
    }

    RawClient client() {
        return client;
    }

    Frame next() throws IOException {
        ByteBuffer head = ByteBuffer.wrap(client.read(9));
        int length = (head.get() << 16) | (head.getShort() & 0xffff);
        return new Frame(head.get(), head.get(), head.getInt(), client.read(length));
    }

    /** The next frame of that type; others are passed over. */
    Frame next(int type) throws IOException {
        Frame frame = next();
        while (frame.type() != type) {
            assertThat(frame.type()).as("the connection goes on").isNotEqualTo(GOAWAY);
            frame = next();
        }
        return frame;
    }

    /** Why the gateway ends the connection; null if it did without a word, as when its words did not get through. */
    Http2Error readToEnd() throws IOException {
        Http2Error error = null;
        try {
            while (true) {
                Frame frame = next();
                if (frame.type() == GOAWAY) {
                    error = frame.error();
                }
            }
        } catch (EOFException end) {
            return error;
        } catch (IOException reset) {
            assertThat(reset).hasMessageMatching(".*(reset|Broken pipe|aborted).*");
            return error;
        }
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}
