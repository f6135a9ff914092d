/** Does this host carry the connections wanted of it, and if not, what has to change? Depends on the JDK only; any thread. */
@NullMarked
package dev.fanfare.gateway.doctor;

import org.jspecify.annotations.NullMarked;
