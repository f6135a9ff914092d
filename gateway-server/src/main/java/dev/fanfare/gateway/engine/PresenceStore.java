package dev.fanfare.gateway.engine;

import dev.fanfare.gateway.channel.ClientInfo;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Knows who is subscribed to a channel, on all nodes. Any thread may call; nothing blocks. */
public interface PresenceStore {
    /**
     * How many are there.
     *
     * @param clients connections
     * @param users different users among them
     */
    record Stats(int clients, int users) {}

    /** Somebody subscribed. */
    void add(String channel, ClientInfo client);

    /** Somebody left. */
    void remove(String channel, ClientInfo client);

    /** Who is there, at most {@code limit} of them. */
    CompletionStage<List<ClientInfo>> list(String channel, int limit);

    CompletionStage<Stats> stats(String channel);
}
