/** Health and metrics endpoints. */
@NullMarked
package dev.fanfare.gateway.observe;

import org.jspecify.annotations.NullMarked;
