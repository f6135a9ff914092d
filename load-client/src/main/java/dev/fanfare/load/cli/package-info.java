/** Skeleton. */
@NullMarked
package dev.fanfare.load.cli;

import org.jspecify.annotations.NullMarked;
