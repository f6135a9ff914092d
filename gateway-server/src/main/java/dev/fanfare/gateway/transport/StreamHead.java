package dev.fanfare.gateway.transport;

import dev.fanfare.gateway.wire.SharedFrame;
import io.netty.handler.codec.http.HttpResponse;
import org.jspecify.annotations.Nullable;

/**
 * How a stream begins: the response that opens it, which the protocol of its connection puts into bytes, and what follows at once.
 *
 * @param response made for this stream; headers may be added
 * @param first finished bytes that belong to somebody else; null for none
 */
record StreamHead(HttpResponse response, @Nullable SharedFrame first) {}
