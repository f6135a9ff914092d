/** The engine of a single node: everything in memory, owned by one thread. */
@NullMarked
package dev.fanfare.gateway.engine.memory;

import org.jspecify.annotations.NullMarked;
