package dev.fanfare.gateway.auth;

import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * Which tokens are revoked. The port for engines: one with storage keeps each {@link Revocation}, hands those it kept to {@link MemoryRevocations} when it
 * starts, and those other nodes make when they come. Any thread.
 */
public interface Revocations {
    /** Whether the token of {@code who} is revoked. Answers at once, from memory. */
    boolean isRevoked(Principal who);

    /**
     * Revokes. The stage completes when the revocation holds on this node and is kept, and fails with
     * {@link dev.fanfare.gateway.http.HttpProblem} (503) if there is no room for one more, or (400)
     * if its moment lies more than a day ahead.
     */
    CompletionStage<Void> revoke(Revocation revocation);

    /**
     * Names who is told of each revocation from now on, those of other nodes too: whoever closes connections. Told after the revocation holds, so that
     * who connects meanwhile is refused or found; on any thread, and must not block.
     */
    void listen(Consumer<Revocation> listener);
}
