/** Who is it, and what may they do: tokens, keys, permissions, revocations. Pure; keys are fetched on a thread of their own. */
@NullMarked
package dev.fanfare.gateway.auth;

import org.jspecify.annotations.NullMarked;
