package dev.fanfare.gateway.hub;

import dev.fanfare.gateway.auth.Principal;
import dev.fanfare.gateway.auth.Revocation;
import dev.fanfare.gateway.auth.Revocations;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** Every token stays good. */
public final class NoRevocations implements Revocations {
    public static final Hub.Tokens TOKENS = new Hub.Tokens(new NoRevocations(), Duration.ofSeconds(25));

    @Override
    public boolean isRevoked(Principal who) {
        return false;
    }

    @Override
    public CompletionStage<Void> revoke(Revocation revocation) {
        return CompletableFuture.completedStage(null);
    }

    @Override
    public void listen(Consumer<Revocation> listener) {}
}
