/** What a client asks for when it opens a stream, whatever the transport. */
@NullMarked
package dev.fanfare.gateway.session;

import org.jspecify.annotations.NullMarked;
