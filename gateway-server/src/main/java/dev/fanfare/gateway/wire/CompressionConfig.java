package dev.fanfare.gateway.wire;

import dev.fanfare.gateway.config.Range;
import dev.fanfare.gateway.config.Settings;
import java.util.List;

/**
 * What is compressed, and how hard.
 *
 * @param webSocket whether permessage-deflate is negotiated
 * @param sse what an SSE client may choose from
 * @param level of deflate and zstd
 * @param minBytes shorter publications go out as they are
 * @param maxRatio of what a client sends
 */
public record CompressionConfig(boolean webSocket, Sse sse, int level, int minBytes, int maxRatio) {
    /** Content codings for SSE; the first that a client likes best is taken. */
    public enum Sse {
        OFF,
        GZIP,
        ZSTD,
        ALL;

        /** Beside identity. */
        public List<ContentCoding> codings() {
            return switch (this) {
                case OFF -> List.of();
                case GZIP -> List.of(ContentCoding.GZIP);
                case ZSTD -> List.of(ContentCoding.ZSTD);
                case ALL -> List.of(ContentCoding.GZIP, ContentCoding.ZSTD);
            };
        }
    }

    public static CompressionConfig from(Settings in) {
        CompressionConfig config = read(in);
        String problem = config.sse.codings().contains(ContentCoding.ZSTD) ? ZstdFrames.problem() : null;
        if (problem != null) {
            in.reject("compression.sse: there is no zstd on this machine (%s); allowed here: off, gzip"
                    .formatted(problem));
        }
        return config;
    }

    private static CompressionConfig read(Settings in) {
        return new CompressionConfig(
                in.flag(
                        "compression.websocket",
                        true,
                        "whether WebSocket clients that offer permessage-deflate get it; one compressed frame serves all of them"),
                in.choice(
                        "compression.sse",
                        Sse.OFF,
                        "content codings SSE clients may get by Accept-Encoding; all: gzip and zstd"),
                in.number(
                        "compression.level",
                        6,
                        Range.of(1, 9),
                        "of deflate and zstd: 1 is the fastest, 9 the smallest"),
                in.bytes(
                        "compression.min-bytes",
                        "256B",
                        Range.of("0B", "16MiB"),
                        "a publication with a shorter payload, or one that would not shrink, is not compressed"),
                in.number(
                        "compression.max-ratio",
                        100,
                        Range.of(2, 2000),
                        "a compressed message of a client may grow by this factor (and to 4 KiB in any case); beyond it, or beyond websocket.max-message, the connection is closed with 1009"));
    }
}
