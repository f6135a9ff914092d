/**
 * Level 0: what arrives on the wire, decoded byte by byte. Shares no code with the gateway and none with Netty's HTTP and
 * WebSocket codecs, so an encoder's mistake cannot be hidden by the decoder's twin of it. Plain arrays, no I/O: every decoder
 * belongs to one connection and is touched by that connection's event loop only.
 */
@NullMarked
package dev.fanfare.load.wire;

import org.jspecify.annotations.NullMarked;
