package dev.fanfare.gateway.wire;

import org.jspecify.annotations.Nullable;

/** The compressors of a gateway. Thread: any. */
public final class Compressors {
    private final CompressionConfig config;
    private final Compression deflate;
    private final Compression zstd;

    public Compressors(CompressionConfig config) {
        this.config = config;
        this.deflate = new RawDeflate(config.level());
        this.zstd = new ZstdFrames(config.level());
    }

    /** The compressor of an SSE format, or none if its events go out as they are. */
    public @Nullable Compressor sse(WireFormat format) {
        return switch (format.coding()) {
            case IDENTITY -> null;
            case GZIP -> new Compressor(format, deflate, config.minBytes(), Compressor.ANY);
            case ZSTD -> new Compressor(format, zstd, config.minBytes(), Compressor.ANY);
        };
    }

    /** The compressor for WebSockets whose receivers can look back 2 to the power of {@code windowBits} bytes. */
    public Compressor webSocket(int windowBits) {
        int window = windowBits == PermessageDeflate.MAX_WINDOW_BITS ? Compressor.ANY : 1 << windowBits;
        return new Compressor(WireFormat.WEBSOCKET_DEFLATED, deflate, config.minBytes(), window);
    }
}
