package dev.fanfare.load.wire;

import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Takes {@code Content-Encoding: gzip} (RFC 1952) off a body that goes on for ever: what has come is handed on at once. One
 * connection, its event loop only.
 */
public final class GzipBody implements BodySink {
    private static final int HEADER = 10;
    private static final ThreadLocal<byte[]> SCRATCH = ThreadLocal.withInitial(() -> new byte[32 * 1024]);

    private final BodySink sink;
    private final Inflater inflater = new Inflater(true);
    private int headerSeen;

    /** Hands the text on to {@code sink}. */
    public GzipBody(BodySink sink) {
        this.sink = sink;
    }

    @Override
    public void body(byte[] buffer, int offset, int end) throws ProtocolViolation {
        int at = offset;
        while (headerSeen < HEADER && at < end) {
            header(headerSeen++, buffer[at++] & 0xff);
        }
        byte[] text = SCRATCH.get();
        inflater.setInput(buffer, at, end - at);
        try {
            for (int length = inflater.inflate(text); length > 0; length = inflater.inflate(text)) {
                sink.body(text, 0, length);
            }
        } catch (DataFormatException broken) {
            throw new ProtocolViolation("gzip body is malformed");
        }
        if (!inflater.finished() && inflater.getRemaining() > 0) {
            throw new ProtocolViolation("gzip body is malformed");
        }
    }

    /** Magic, deflate, no optional fields; time, flags and system are any. */
    private static void header(int index, int value) throws ProtocolViolation {
        int wanted = switch (index) {
            case 0 -> 0x1f;
            case 1 -> 0x8b;
            case 2 -> 8;
            case 3 -> 0;
            default -> value;
        };
        if (value != wanted) {
            throw new ProtocolViolation("gzip header is malformed");
        }
    }
}
