/** Does this host carry the connections wanted of it, and if not, what has to change? Any thread. */
@NullMarked
package dev.fanfare.gateway.doctor;

import org.jspecify.annotations.NullMarked;
