/** Level 3: the command line: options in, progress and reports out, exit codes. */
@NullMarked
package dev.fanfare.load.cli;

import org.jspecify.annotations.NullMarked;
