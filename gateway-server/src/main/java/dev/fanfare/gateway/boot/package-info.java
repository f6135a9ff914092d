/** Reads the configuration, wires everything by hand, starts, drains, stops. Main thread. */
@NullMarked
package dev.fanfare.gateway.boot;

import org.jspecify.annotations.NullMarked;
