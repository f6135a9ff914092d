/** Who is connected here, and fan-out to them. A shard belongs to one event loop. */
@NullMarked
package dev.fanfare.gateway.hub;

import org.jspecify.annotations.NullMarked;
