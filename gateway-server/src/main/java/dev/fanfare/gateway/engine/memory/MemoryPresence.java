package dev.fanfare.gateway.engine.memory;

import dev.fanfare.gateway.channel.ClientInfo;
import dev.fanfare.gateway.engine.PresenceStore;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** Presence of one node. Everything belongs to the engine's thread; it is bounded by the connections and their channels. */
public final class MemoryPresence implements PresenceStore {
    private final EngineThread thread;
    private final Map<String, LinkedHashMap<String, ClientInfo>> present = new HashMap<>();

    public MemoryPresence(EngineThread thread) {
        this.thread = thread;
    }

    @Override
    public void add(String channel, ClientInfo client) {
        thread.run(() ->
                present.computeIfAbsent(channel, name -> new LinkedHashMap<>(2)).put(client.client(), client));
    }

    @Override
    public void remove(String channel, ClientInfo client) {
        thread.run(() -> {
            Map<String, ClientInfo> there = present.get(channel);
            if (there != null && there.remove(client.client()) != null && there.isEmpty()) {
                present.remove(channel);
            }
        });
    }

    @Override
    public CompletionStage<List<ClientInfo>> list(String channel, int limit) {
        return thread.ask(() -> present.getOrDefault(channel, new LinkedHashMap<>(0)).values().stream()
                .limit(limit)
                .toList());
    }

    @Override
    public CompletionStage<Stats> stats(String channel) {
        return thread.ask(() -> {
            Map<String, ClientInfo> there = present.getOrDefault(channel, new LinkedHashMap<>(0));
            long users = there.values().stream()
                    .map(ClientInfo::user)
                    .filter(user -> !user.isEmpty())
                    .distinct()
                    .count();
            return new Stats(there.size(), (int) users);
        });
    }
}
