/** Every meter, named and explained once. Any thread. */
@NullMarked
package dev.fanfare.gateway.metrics;

import org.jspecify.annotations.NullMarked;
