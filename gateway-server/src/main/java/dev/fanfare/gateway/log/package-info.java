/** A log that clients cannot fill. Any thread. */
@NullMarked
package dev.fanfare.gateway.log;

import org.jspecify.annotations.NullMarked;
