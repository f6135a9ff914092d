package dev.fanfare.gateway.auth;

import java.util.concurrent.CompletableFuture;

/** Nobody is asked who it is. */
public final class TestIdentity {
    public static final Identity NONE =
            new Identity(token -> CompletableFuture.completedStage(Principal.ANONYMOUS), false);

    private TestIdentity() {}
}
