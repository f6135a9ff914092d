/** Stock-price ticks on a fixed schedule. One thread of its own. */
@NullMarked
package dev.fanfare.gateway.ticker;

import org.jspecify.annotations.NullMarked;
