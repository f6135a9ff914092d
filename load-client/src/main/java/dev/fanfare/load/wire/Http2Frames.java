package dev.fanfare.load.wire;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Writes the frames a client sends (RFC 9113 §6). Pure functions: any thread. */
public final class Http2Frames {
    /** The largest flow-control window (§6.9.1). */
    public static final int LARGEST_WINDOW = Integer.MAX_VALUE;

    /** The window of a connection to begin with (§6.9.2). */
    public static final int FIRST_WINDOW = 65_535;

    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int HEADERS = 1;
    private static final int RESET = 3;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int GOAWAY = 7;
    private static final int WINDOW_UPDATE = 8;
    private static final int CONTINUATION = 9;
    private static final int END_STREAM = 0x1;
    private static final int ACK = 0x1;
    private static final int END_HEADERS = 0x4;

    private Http2Frames() {}

    /** What a connection begins with: no push, streams with this window, and the largest window for all of them together. */
    public static byte[] preface(int streamWindow) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(PREFACE);
        frame(out, 12, SETTINGS, 0, 0);
        setting(out, 2, 0);
        setting(out, 4, streamWindow);
        out.writeBytes(windowUpdate(0, LARGEST_WINDOW - FIRST_WINDOW));
        return out.toByteArray();
    }

    private static void setting(ByteArrayOutputStream out, int id, int value) {
        out.write(0);
        out.write(id);
        int32(out, value);
    }

    /** A request without a body. Fields go as they are, uncompressed and in no table, pseudo-fields first. */
    public static byte[] request(int stream, Map<String, String> fields) {
        ByteArrayOutputStream block = new ByteArrayOutputStream(256);
        fields.forEach((name, value) -> {
            block.write(
                    name.equals("authorization") ? 0x10 : 0); // a secret is not to be remembered by anybody on the way
            string(block, name);
            string(block, value);
        });
        byte[] bytes = block.toByteArray();
        ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length + 9);
        int from = 0;
        do {
            int count = Math.min(bytes.length - from, Http2Decoder.MAX_FRAME);
            int last = from + count == bytes.length ? END_HEADERS : 0;
            frame(out, count, from == 0 ? HEADERS : CONTINUATION, from == 0 ? last | END_STREAM : last, stream);
            out.write(bytes, from, count);
            from += count;
        } while (from < bytes.length);
        return out.toByteArray();
    }

    private static void string(ByteArrayOutputStream out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int most = 0x7f;
        if (bytes.length < most) {
            out.write(bytes.length);
        } else {
            out.write(most);
            int rest = bytes.length - most;
            for (; rest >= 0x80; rest >>>= 7) {
                out.write((rest & 0x7f) | 0x80);
            }
            out.write(rest);
        }
        out.writeBytes(bytes);
    }

    /** The receiver may send this many bytes more, on a stream or, for stream 0, on all of them together. */
    public static byte[] windowUpdate(int stream, int bytes) {
        return oneInt(WINDOW_UPDATE, stream, bytes);
    }

    /** A stream is of no more use. */
    public static byte[] reset(int stream, int code) {
        return oneInt(RESET, stream, code);
    }

    private static byte[] oneInt(int type, int stream, int value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(13);
        frame(out, 4, type, 0, stream);
        int32(out, value);
        return out.toByteArray();
    }

    /** The server's settings are taken note of. */
    public static byte[] settingsAck() {
        ByteArrayOutputStream out = new ByteArrayOutputStream(9);
        frame(out, 0, SETTINGS, ACK, 0);
        return out.toByteArray();
    }

    /** The answer to a ping, whose eight bytes stand from {@code offset}. */
    public static byte[] pong(byte[] buffer, int offset) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(17);
        frame(out, 8, PING, ACK, 0);
        out.write(buffer, offset, 8);
        return out.toByteArray();
    }

    /** The connection is over. */
    public static byte[] goAway(int code) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(17);
        frame(out, 8, GOAWAY, 0, 0);
        int32(out, 0);
        int32(out, code);
        return out.toByteArray();
    }

    private static void frame(ByteArrayOutputStream out, int length, int type, int flags, int stream) {
        out.write(length >>> 16);
        out.write(length >>> 8);
        out.write(length);
        out.write(type);
        out.write(flags);
        int32(out, stream);
    }

    private static void int32(ByteArrayOutputStream out, int value) {
        out.write(value >>> 24);
        out.write(value >>> 16);
        out.write(value >>> 8);
        out.write(value);
    }
}
