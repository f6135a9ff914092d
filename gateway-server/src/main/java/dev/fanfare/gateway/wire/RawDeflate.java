package dev.fanfare.gateway.wire;

import io.netty.util.concurrent.FastThreadLocal;
import java.util.Arrays;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;

/**
 * Deflate blocks without a header (RFC 1951), up to the empty block with which a flush ends. Each thread that comes here has a
 * deflater of its own (about 270 KiB outside the heap) until it ends; only event loops come here. Thread: any.
 */
final class RawDeflate implements Compression {
    /** The empty block a flush ends with, without its first bits (RFC 7692 §7.2.1). */
    static final int TAIL = 4;

    private final FastThreadLocal<Deflater> deflaters;

    RawDeflate(int level) {
        deflaters = new FastThreadLocal<>() {
            @Override
            protected Deflater initialValue() {
                return new Deflater(level, true);
            }

            @Override
            protected void onRemoval(Deflater ended) {
                ended.end();
            }
        };
    }

    @Override
    public byte @Nullable [] compress(byte[] text) {
        Deflater deflater = deflaters.get();
        deflater.reset(); // also what an error may have left
        deflater.setInput(text);
        byte[] out = new byte[text.length];
        int length = deflater.deflate(out, 0, out.length, Deflater.SYNC_FLUSH);
        return length == out.length ? null : Arrays.copyOf(out, length);
    }
}
