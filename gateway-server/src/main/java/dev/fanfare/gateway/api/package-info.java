/** Publishing and asking over HTTP; the shape of the Centrifugo server API, so that its client libraries work. Event loop. */
@NullMarked
package dev.fanfare.gateway.api;

import org.jspecify.annotations.NullMarked;
