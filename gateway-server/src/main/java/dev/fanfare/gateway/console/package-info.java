/** The page a person opens, and the numbers it shows. */
@NullMarked
package dev.fanfare.gateway.console;

import org.jspecify.annotations.NullMarked;
