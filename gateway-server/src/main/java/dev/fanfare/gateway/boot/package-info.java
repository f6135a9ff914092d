/** Skeleton. */
@NullMarked
package dev.fanfare.gateway.boot;

import org.jspecify.annotations.NullMarked;
