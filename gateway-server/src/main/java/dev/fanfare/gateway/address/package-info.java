/** Where a client is: networks, and what trusted proxies say of whom they speak for. Pure; any thread. */
@NullMarked
package dev.fanfare.gateway.address;

import org.jspecify.annotations.NullMarked;
