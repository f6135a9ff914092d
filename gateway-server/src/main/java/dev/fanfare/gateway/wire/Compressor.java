package dev.fanfare.gateway.wire;

import dev.fanfare.gateway.metrics.Compressed;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Makes the compressed frames of one wire format; one object serves all its connections. Thread: any. */
public final class Compressor {
    private final WireFormat format;
    private final Compressed kind;
    private final Compression compression;
    private final int shortest;
    private final int window;

    /**
     * For the frames of {@code format}.
     *
     * @param shortest payloads of fewer bytes are not worth it
     * @param window bytes a receiver can look back: a longer payload must not be compressed, unless it is {@link #ANY}
     */
    Compressor(WireFormat format, Compression compression, int shortest, int window) {
        this.format = format;
        this.compression = compression;
        this.shortest = shortest;
        this.window = window;
        this.kind = switch (format.coding()) {
            case IDENTITY -> Compressed.DEFLATE;
            case GZIP -> Compressed.GZIP;
            case ZSTD -> Compressed.ZSTD;
        };
    }

    /** The window of a receiver that can look back as far as any compressor does. */
    static final int ANY = Integer.MAX_VALUE;

    /** For counting. */
    public Compressed kind() {
        return kind;
    }

    /** Whether the receivers can look back over a message whose uncompressed frame is {@code length} bytes long. */
    public boolean reaches(int length) {
        return length <= window;
    }

    /** Whether {@link #reaches} may say no. */
    public boolean isLimited() {
        return window != ANY;
    }

    /** The frame for {@code payload}; null if compression is not worth it. */
    public byte @Nullable [] frame(byte[] payload) {
        byte[] compressed = payload.length < shortest ? null : compression.compress(payload);
        if (compressed == null) {
            return null;
        }
        return format.framed(
                format == WireFormat.WEBSOCKET_DEFLATED
                        ? Arrays.copyOf(compressed, compressed.length - RawDeflate.TAIL)
                        : compressed);
    }
}
