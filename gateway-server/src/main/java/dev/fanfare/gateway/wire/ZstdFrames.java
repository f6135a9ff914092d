package dev.fanfare.gateway.wire;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.util.Native;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One zstd frame (RFC 8878) each. Each thread that comes here has a context of its own (about a megabyte outside the heap) until
 * it ends; only event loops come here. Thread: any.
 */
final class ZstdFrames implements Compression {
    private final FastThreadLocal<ZstdCompressCtx> contexts;

    ZstdFrames(int level) {
        contexts = new FastThreadLocal<>() {
            @Override
            protected ZstdCompressCtx initialValue() {
                return new ZstdCompressCtx().setLevel(level).setChecksum(false).setContentSize(true);
            }

            @Override
            protected void onRemoval(ZstdCompressCtx ended) {
                ended.close();
            }
        };
    }

    /** Why there is no zstd on this machine; null if there is. */
    static @Nullable String problem() {
        try {
            Native.load();
            return null;
        } catch (RuntimeException | LinkageError none) {
            return String.valueOf(none.getMessage()).lines().findFirst().orElse("");
        }
    }

    @Override
    public byte @Nullable [] compress(byte[] text) {
        byte[] out =
                new byte[(int) Zstd.compressBound(text.length)]; // less would make it slower, and fail by an exception
        int length = contexts.get().compressByteArray(out, 0, out.length, text, 0, text.length);
        return length >= text.length ? null : Arrays.copyOf(out, length);
    }
}
