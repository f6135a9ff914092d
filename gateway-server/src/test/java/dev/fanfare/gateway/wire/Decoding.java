package dev.fanfare.gateway.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.github.luben.zstd.ZstdInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** What a client does with compressed bytes, and texts to try it on. */
public final class Decoding {
    private Decoding() {}

    /** The text of a permessage-deflate payload (RFC 7692 §7.2.2), by an inflater that knows nothing of other messages. */
    public static byte[] inflate(byte[] payload) {
        byte[] whole = Bytes.join(payload, new byte[] {0, 0, (byte) 0xff, (byte) 0xff});
        Inflater inflater = new Inflater(true);
        try {
            return inflateAll(inflater, whole);
        } finally {
            inflater.end();
        }
    }

    /** A gzip stream that has come so far and is not finished. */
    public static byte[] gunzip(byte[] stream) {
        byte[] header = ContentCoding.GZIP.begin();
        if (!new String(stream, ISO_8859_1).startsWith(new String(header, ISO_8859_1))) {
            throw new AssertionError("no gzip header");
        }
        Inflater inflater = new Inflater(true);
        try {
            return inflateAll(inflater, Arrays.copyOfRange(stream, header.length, stream.length));
        } finally {
            inflater.end();
        }
    }

    /** A row of zstd frames. */
    public static byte[] unzstd(byte[] stream) {
        try (ZstdInputStream in = new ZstdInputStream(new ByteArrayInputStream(stream)).setContinuous(false)) {
            return in.readAllBytes();
        } catch (IOException broken) {
            throw new AssertionError(broken);
        }
    }

    /** JSON that looks like what is published: the same names, other values. */
    public static String json(Random random, int length) {
        StringBuilder text = new StringBuilder("{\"items\":[");
        while (text.length() < length) {
            text.append("{\"symbol\":\"S")
                    .append(random.nextInt(500))
                    .append("\",\"price\":")
                    .append(random.nextInt(1_000_000) / 100.0)
                    .append(",\"name\":\"Fanfare ünïcode\"},");
        }
        return text.append("{}]}").toString();
    }

    private static byte[] inflateAll(Inflater inflater, byte[] in) {
        inflater.setInput(in);
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        byte[] some = new byte[8192];
        try {
            for (int length = inflater.inflate(some); length > 0; length = inflater.inflate(some)) {
                text.write(some, 0, length);
            }
        } catch (DataFormatException broken) {
            throw new AssertionError(broken);
        }
        if (inflater.getRemaining() > 0 || inflater.finished()) {
            throw new AssertionError("the stream ended before its end: " + inflater.getRemaining() + " bytes left");
        }
        return text.toByteArray();
    }
}
