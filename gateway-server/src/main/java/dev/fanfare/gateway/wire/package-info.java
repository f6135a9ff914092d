/** Bytes on the wire, encoded once and shared by every connection. Any thread. */
@NullMarked
package dev.fanfare.gateway.wire;

import org.jspecify.annotations.NullMarked;
