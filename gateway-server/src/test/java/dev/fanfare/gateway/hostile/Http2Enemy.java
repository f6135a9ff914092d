package dev.fanfare.gateway.hostile;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/** One bad HTTP/2 connection, with frames made by hand (RFC 9113 §4, RFC 7541). One thread. */
final class Http2Enemy implements AutoCloseable {
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
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(ISO_8859_1);

    private final Enemy enemy;
    private final ByteArrayOutputStream heard = new ByteArrayOutputStream();
    private int nextStream = 1;
    private int resets;
    private boolean goneAway;
    private int answers;

    /** Opens one with {@code settings}, each an identifier and a value. */
    Http2Enemy(Enemy enemy, long... settings) throws InterruptedException {
        this.enemy = enemy;
        enemy.sendAll(PREFACE);
        ByteBuffer payload = ByteBuffer.allocate(settings.length * 3);
        for (int i = 0; i < settings.length; i += 2) {
            payload.putShort((short) settings[i]).putInt((int) settings[i + 1]);
        }
        enemy.sendAll(frame(SETTINGS, 0, 0, payload.array()));
        enemy.await(2_000);
        enemy.sendAll(frame(SETTINGS, 1, 0, new byte[0]));
    }

    /** Asks for {@code path} on a new stream; returns the stream. */
    int get(String path) throws InterruptedException {
        int stream = nextStream();
        enemy.sendAll(frame(HEADERS, END_STREAM | END_HEADERS, stream, request("GET", path)));
        return stream;
    }

    int nextStream() {
        int stream = nextStream;
        nextStream += 2;
        return stream;
    }

    int send(byte[] frames) {
        return enemy.send(frames);
    }

    void sendAll(byte[] frames) throws InterruptedException {
        enemy.sendAll(frames);
    }

    /** Whether it was told to go away, or cut. */
    boolean isRefused() {
        hear();
        return goneAway || enemy.isClosed();
    }

    /** Streams that were reset so far. */
    int resets() {
        hear();
        return resets;
    }

    /** Heads of responses that came so far. */
    int answers() {
        hear();
        return answers;
    }

    /** Reads what has come and counts its frames. */
    private void hear() {
        for (String text = enemy.hear(); !text.isEmpty(); text = enemy.hear()) {
            heard.writeBytes(text.getBytes(ISO_8859_1));
        }
        byte[] bytes = heard.toByteArray();
        int at = 0;
        while (bytes.length - at >= 9) {
            int length = ((bytes[at] & 0xff) << 16) | ((bytes[at + 1] & 0xff) << 8) | (bytes[at + 2] & 0xff);
            if (bytes.length - at < 9 + length) {
                break;
            }
            switch (bytes[at + 3]) {
                case RST_STREAM -> resets++;
                case GOAWAY -> goneAway = true;
                case HEADERS -> answers++;
                default -> {}
            }
            at += 9 + length;
        }
        heard.reset();
        heard.write(bytes, at, bytes.length - at);
    }

    @Override
    public void close() {
        enemy.close();
    }

    static byte[] frame(int type, int flags, int stream, byte[] payload) {
        return ByteBuffer.allocate(9 + payload.length)
                .put((byte) (payload.length >> 16))
                .putShort((short) payload.length)
                .put((byte) type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }

    /** A header block without compression. */
    static byte[] request(String method, String path, String... fields) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        block.write(0x86); // :scheme http
        literal(block, ":method", method);
        literal(block, ":path", path);
        literal(block, ":authority", "localhost");
        for (int i = 0; i < fields.length; i += 2) {
            literal(block, fields[i], fields[i + 1]);
        }
        return block.toByteArray();
    }

    private static void literal(ByteArrayOutputStream block, String name, String value) {
        block.write(0);
        text(block, name);
        text(block, value);
    }

    static void text(ByteArrayOutputStream block, String text) {
        int length = text.length();
        if (length < 127) {
            block.write(length);
        } else {
            block.write(127);
            for (length -= 127; length >= 128; length >>= 7) {
                block.write((length & 0x7f) | 0x80);
            }
            block.write(length);
        }
        block.writeBytes(text.getBytes(ISO_8859_1));
    }
}
