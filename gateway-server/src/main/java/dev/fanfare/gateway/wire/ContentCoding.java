package dev.fanfare.gateway.wire;

import java.io.ByteArrayOutputStream;
import java.util.Locale;

/**
 * How the body of an SSE response is coded (RFC 9110 §8.4.1): a row of pieces, none of which looks back at another, so that
 * the same bytes fit into the stream of every connection. Thread: any.
 */
public enum ContentCoding {
    /** As it is. */
    IDENTITY {
        @Override
        public byte[] begin() {
            return new byte[0];
        }

        @Override
        public byte[] stored(byte[] text) {
            return text;
        }
    },
    /**
     * One gzip member (RFC 1952) that is never finished: its trailer would be a checksum over everything this connection got,
     * to be kept for each of 100,000 connections with each event; clients take the end of the body for the end.
     */
    GZIP {
        private static final int LONGEST_BLOCK = 0xffff;

        @Override
        public byte[] begin() {
            return new byte[] {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff}; // no name, no time, no system
        }

        /** Blocks without compression (RFC 1951 §3.2.4), each on a byte boundary because the piece before it ends on one. */
        @Override
        public byte[] stored(byte[] text) {
            ByteArrayOutputStream blocks = new ByteArrayOutputStream(text.length + 16);
            for (int from = 0; from < text.length; from += LONGEST_BLOCK) {
                int length = Math.min(LONGEST_BLOCK, text.length - from);
                blocks.write(0);
                littleEndian(blocks, length, 2);
                littleEndian(blocks, ~length, 2);
                blocks.write(text, from, length);
            }
            return blocks.toByteArray();
        }
    },
    /** A row of zstd frames (RFC 8878 §3), each with its own header: complete wherever it ends. */
    ZSTD {
        private static final int MAGIC = 0xfd2fb528;
        /** One segment, no checksum, no dictionary, the content's size in four bytes. */
        private static final int DESCRIPTOR = 0xa0;

        private static final int LONGEST_BLOCK = 128 * 1024;
        /** RFC 9659 §3: a receiver need not keep a window of more than 8 MiB, which is here the size of a frame. */
        private static final int LONGEST_FRAME = 8 * 1024 * 1024;

        @Override
        public byte[] begin() {
            return new byte[0];
        }

        @Override
        public byte[] stored(byte[] text) {
            ByteArrayOutputStream frames = new ByteArrayOutputStream(text.length + 16);
            for (int from = 0; from < text.length; from += LONGEST_FRAME) {
                frame(frames, text, from, Math.min(LONGEST_FRAME, text.length - from));
            }
            return frames.toByteArray();
        }

        private void frame(ByteArrayOutputStream frames, byte[] text, int start, int size) {
            littleEndian(frames, MAGIC, 4);
            if (size < 256) {
                frames.write(DESCRIPTOR & 0x3f);
                frames.write(size);
            } else {
                frames.write(DESCRIPTOR);
                littleEndian(frames, size, 4);
            }
            for (int from = start; from < start + size; from += LONGEST_BLOCK) {
                int length = Math.min(LONGEST_BLOCK, start + size - from);
                int last = from + length == start + size ? 1 : 0;
                littleEndian(frames, (length << 3) | last, 3); // type 0: as it is
                frames.write(text, from, length);
            }
        }
    };

    /** What stands before the first piece. */
    public abstract byte[] begin();

    /** {@code text} as a piece that is not compressed. */
    public abstract byte[] stored(byte[] text);

    /** As it stands in {@code Accept-Encoding} and {@code Content-Encoding}. */
    public String token() {
        return name().toLowerCase(Locale.ROOT);
    }

    private static void littleEndian(ByteArrayOutputStream out, int value, int bytes) {
        for (int i = 0; i < bytes; i++) {
            out.write(value >>> (8 * i));
        }
    }
}
