package dev.fanfare.gateway.hub;

import dev.fanfare.gateway.auth.Principal;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** How many connections each user has on this node. Any thread; touched when a connection of a user opens and closes. */
final class Users {
    private final ConcurrentMap<String, Integer> connections = new ConcurrentHashMap<>();
    private final int maxPerUser;

    /** {@code maxPerUser} is 0 for no limit. */
    Users(int maxPerUser) {
        this.maxPerUser = maxPerUser;
    }

    /** Whether {@code who} may have one more. Two that come to different loops in the same moment may both be let in. */
    boolean hasRoomFor(Principal who) {
        return maxPerUser == 0 || !who.isUser() || connections.getOrDefault(who.user(), 0) < maxPerUser;
    }

    void came(Principal who) {
        if (who.isUser()) {
            connections.merge(who.user(), 1, Integer::sum);
        }
    }

    void went(Principal who) {
        if (who.isUser()) {
            connections.computeIfPresent(who.user(), (user, count) -> count == 1 ? null : count - 1);
        }
    }

    boolean isHere(String user) {
        return connections.containsKey(user);
    }

    /** Users with at least one connection. */
    int count() {
        return connections.size();
    }
}
