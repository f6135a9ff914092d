/** The smallest router that serves our few endpoints, and how a reply or a problem looks. Event loop. */
@NullMarked
package dev.fanfare.gateway.http;

import org.jspecify.annotations.NullMarked;
