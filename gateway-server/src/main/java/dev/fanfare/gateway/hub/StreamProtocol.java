package dev.fanfare.gateway.hub;

import dev.fanfare.gateway.metrics.StreamKind;
import dev.fanfare.gateway.wire.SharedFrame;
import dev.fanfare.gateway.wire.WireFormat;
import java.util.function.Supplier;

/**
 * What the hub must know of a stream's protocol; one object serves all connections that speak it.
 *
 * @param kind for counting
 * @param format in which messages go out
 * @param heartbeat what is sent when a heartbeat is due
 * @param heartbeatSeconds time between two of them
 * @param answers whether a living client answers a heartbeat and a goodbye; if not, goodbye is followed by the close
 * @param goodbye the last bytes of a stream when the gateway shuts down, made anew for each connection
 */
public record StreamProtocol(
        StreamKind kind,
        WireFormat format,
        SharedFrame heartbeat,
        int heartbeatSeconds,
        boolean answers,
        Supplier<byte[]> goodbye) {}
