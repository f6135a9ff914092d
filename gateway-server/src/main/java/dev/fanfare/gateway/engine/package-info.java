/** Ports to state and to other nodes: who keeps publications, and who keeps presence. */
@NullMarked
package dev.fanfare.gateway.engine;

import org.jspecify.annotations.NullMarked;
