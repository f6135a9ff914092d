/** Level 0: what is counted, by whom, and how counts of loops, seconds and processes become one. */
@NullMarked
package dev.fanfare.load.stats;

import org.jspecify.annotations.NullMarked;
