/** Certificates and keys: read, checked, renewed while the gateway runs, and what TLS is spoken with. */
@NullMarked
package dev.fanfare.gateway.tls;

import org.jspecify.annotations.NullMarked;
