/** Level 2: what a run was like, in words, as JSON and as a page with plots, and whether that is good enough. Any thread. */
@NullMarked
package dev.fanfare.load.report;

import org.jspecify.annotations.NullMarked;
