/** Netty: bind, pipeline, SSE and WebSocket handlers. Event loop. */
@NullMarked
package dev.fanfare.gateway.transport;

import org.jspecify.annotations.NullMarked;
