package dev.fanfare.gateway.scenario;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.gateway.boot.RunningGateway;
import dev.fanfare.gateway.wire.Decoding;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A WebSocket client that can also do everything a client must not do, and checks every frame of the gateway. */
final class WsStream implements Closeable {
    static final int CONTINUATION = 0;
    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;
    static final int FIN = 0x80;
    static final int RSV1 = 0x40;

    /** A handshake with the key of RFC 6455 §1.3. */
    static final String HANDSHAKE = RawClient.request(
            "GET",
            "/ws",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version: 13");

    private final RawClient client;
    private final Reply head;

    private WsStream(RawClient client) throws IOException {
        this.client = client;
        head = client.readHead();
        assertThat(head.status()).as(head.toString()).isEqualTo(101);
    }

    /** One frame from the gateway; the payload of a compressed one is inflated. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Frame(int opcode, boolean compressed, byte[] payload) {
        String text() {
            return new String(payload, UTF_8);
        }

        /** The code of a close frame; -1 if there is none. */
        int closeCode() {
            return payload.length < 2 ? -1 : ByteBuffer.wrap(payload).getShort() & 0xffff;
        }
    }

    static WsStream open(RunningGateway gateway) throws IOException {
        return open(gateway, "/ws");
    }

    static WsStream open(RunningGateway gateway, String target) throws IOException {
        return on(RawClient.to(gateway).send(HANDSHAKE.replace("GET /ws ", "GET " + target + " ")));
    }

    /** One that offers extensions. */
    static WsStream open(RunningGateway gateway, String target, String extensions) throws IOException {
        String fields = "Sec-WebSocket-Extensions: " + extensions + "\r\nUpgrade: ";
        return on(RawClient.to(gateway)
                .send(HANDSHAKE.replace("GET /ws ", "GET " + target + " ").replace("Upgrade: ", fields)));
    }

    /** On a connection that has sent its handshake. */
    static WsStream on(RawClient client) throws IOException {
        return new WsStream(client);
    }

    /** A masked frame. */
    static byte[] frame(int first, byte... payload) {
        byte[] mask = {0x12, 0x34, 0x56, 0x78};
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(first);
        if (payload.length < 126) {
            frame.write(0x80 | payload.length);
        } else if (payload.length <= 0xffff) {
            frame.write(0x80 | 126);
            frame.writeBytes(
                    ByteBuffer.allocate(2).putShort((short) payload.length).array());
        } else {
            frame.write(0x80 | 127);
            frame.writeBytes(ByteBuffer.allocate(8).putLong(payload.length).array());
        }
        frame.writeBytes(mask);
        for (int i = 0; i < payload.length; i++) {
            frame.write(payload[i] ^ mask[i % 4]);
        }
        return frame.toByteArray();
    }

    static byte[] closeFrame(int code) {
        return frame(FIN | CLOSE, (byte) (code >> 8), (byte) code);
    }

    Reply head() {
        return head;
    }

    RawClient client() {
        return client;
    }

    WsStream send(byte... bytes) throws IOException {
        client.send(bytes);
        return this;
    }

    Frame next() throws IOException {
        int first = client.readByte();
        boolean compressed = (first & 0x70) == RSV1;
        boolean mayBe = head.headers().containsKey("sec-websocket-extensions") && (first & 0xf) == TEXT;
        assertThat(first & 0x70).as("RSV bits").isEqualTo(compressed && mayBe ? RSV1 : 0);
        assertThat(first & FIN).as("FIN").isEqualTo(FIN);
        int second = client.readByte();
        assertThat(second & 0x80).as("mask bit").isZero();
        int length = second;
        if (length == 126) {
            length = ByteBuffer.wrap(client.read(2)).getShort() & 0xffff;
        } else if (length == 127) {
            length = Math.toIntExact(ByteBuffer.wrap(client.read(8)).getLong());
        }
        byte[] payload = client.read(length);
        return new Frame(first & 0xf, compressed, compressed ? Decoding.inflate(payload) : payload);
    }

    /** The next frame of that kind; others are passed over. */
    Frame next(int opcode) throws IOException {
        Frame frame = next();
        while (frame.opcode() != opcode) {
            frame = next();
        }
        return frame;
    }

    JsonNode nextTick() throws IOException {
        return Reply.parse(next(TEXT).text());
    }

    JsonNode nextJson() throws IOException {
        return Reply.parse(next(TEXT).text());
    }

    long nextSeq() throws IOException {
        return SseStream.seqOf(next(TEXT).text());
    }

    /** The same; what tells that ticks were missed is counted. */
    long nextSeq(AtomicInteger gaps) throws IOException {
        String text = next(TEXT).text();
        while (text.contains("\"gap\"")) {
            gaps.incrementAndGet();
            text = next(TEXT).text();
        }
        return SseStream.seqOf(text);
    }

    List<Long> nextSeqs(int count) throws IOException {
        List<Long> seqs = new ArrayList<>();
        while (seqs.size() < count) {
            seqs.add(nextSeq());
        }
        return seqs;
    }

    /** Reads to the close frame and the end that must follow at once; returns the code. */
    int closeCodeAndEnd() throws IOException {
        int code = next(CLOSE).closeCode();
        assertThat(client.readToEnd()).as("bytes after the close frame").isEmpty();
        return code;
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}
