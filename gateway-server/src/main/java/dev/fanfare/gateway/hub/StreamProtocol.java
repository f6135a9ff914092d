package dev.fanfare.gateway.hub;

import dev.fanfare.gateway.metrics.CloseReason;
import dev.fanfare.gateway.metrics.StreamKind;
import dev.fanfare.gateway.wire.Compressor;
import dev.fanfare.gateway.wire.SharedFrame;
import dev.fanfare.gateway.wire.WireFormat;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the hub must know of a stream's protocol; one object serves all connections that speak it over the same transport.
 *
 * @param writer the fastest way to send a frame over that transport
 * @param kind for counting
 * @param format in which messages go out
 * @param envelope whether a message comes in a JSON object that names its channel, or as it was published
 * @param beat what is sent to show and to see that the connection lives
 * @param goodbye the last bytes of a stream that the gateway ends, made anew for each connection
 * @param compressor what makes publications shorter; null if they go out as they are
 */
public record StreamProtocol(
        FrameWriter writer,
        StreamKind kind,
        WireFormat format,
        boolean envelope,
        Heartbeat beat,
        Function<CloseReason, byte[]> goodbye,
        @Nullable Compressor compressor) {
    /**
     * A sign of life.
     *
     * @param frame what is sent
     * @param seconds time between two of them
     * @param answers whether a living client answers it, and a goodbye; if not, goodbye is followed by the close
     */
    public record Heartbeat(SharedFrame frame, int seconds, boolean answers) {}
}
