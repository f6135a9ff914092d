package dev.fanfare.gateway.engine;

import dev.fanfare.gateway.channel.ClientInfo;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Nobody is ever there. */
public final class NoPresence implements PresenceStore {
    @Override
    public void add(String channel, ClientInfo client) {}

    @Override
    public void remove(String channel, ClientInfo client) {}

    @Override
    public CompletionStage<List<ClientInfo>> list(String channel, int limit) {
        return CompletableFuture.completedFuture(List.of());
    }

    @Override
    public CompletionStage<Stats> stats(String channel) {
        return CompletableFuture.completedFuture(new Stats(0, 0));
    }
}
