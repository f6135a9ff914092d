/**
 * Level 2: a run from the first connection to the last, in this process or in several, and the merging of what they counted.
 */
@NullMarked
package dev.fanfare.load.scenario;

import org.jspecify.annotations.NullMarked;
