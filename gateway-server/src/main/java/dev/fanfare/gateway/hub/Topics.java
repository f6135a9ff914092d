package dev.fanfare.gateway.hub;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Who subscribed to which channel and pattern in one shard. Owned by the shard's event loop. */
final class Topics {
    /** Channels whose patterns are remembered. */
    private static final int REMEMBERED = 10_000;

    private final Interests interests;
    private final int shard;
    private final Map<String, Topic> channels = new HashMap<>();
    private final Map<String, Topic> patterns = new HashMap<>();
    /** Which patterns match a channel, for the channels published to most recently; begun anew when the patterns change. */
    private final LinkedHashMap<String, List<Topic>> matching = new LinkedHashMap<>(16, 0.75f, true);

    Topics(Interests interests, int shard) {
        this.interests = interests;
        this.shard = shard;
    }

    Subscription add(Subscriber owner, Wish wish) {
        Topic topic = new Topic(wish.name(), wish.rules());
        boolean isPattern = topic.pattern != null;
        Topic known = (isPattern ? patterns : channels).putIfAbsent(wish.name(), topic);
        if (known == null) {
            if (isPattern) {
                matching.clear();
                interests.addPattern(shard);
            } else {
                interests.add(wish.name(), shard);
            }
        }
        Subscription added = new Subscription(owner, known == null ? topic : known, wish.since());
        added.topic.roster.add(added);
        return added;
    }

    void remove(Subscription subscription) {
        Topic topic = subscription.topic;
        if (topic.roster.remove(subscription) && topic.roster.size() == 0) {
            if (topic.pattern != null) {
                patterns.remove(topic.name);
                matching.clear();
                interests.removePattern(shard);
            } else {
                channels.remove(topic.name);
                interests.remove(topic.name, shard);
            }
        }
    }

    /** The topics whose subscribers hear {@code channel}. */
    List<Topic> concernedBy(String channel) {
        Topic named = channels.get(channel);
        if (patterns.isEmpty()) {
            return named == null ? List.of() : List.of(named);
        }
        List<Topic> concerned = new ArrayList<>(patternsOf(channel));
        if (named != null) {
            concerned.add(0, named);
        }
        return concerned;
    }

    private List<Topic> patternsOf(String channel) {
        List<Topic> found = matching.get(channel);
        if (found == null) {
            found = patterns.values().stream()
                    .filter(topic -> topic.pattern != null && topic.pattern.matches(channel))
                    .toList();
            matching.put(channel, found);
            if (matching.size() > REMEMBERED) {
                matching.remove(matching.keySet().iterator().next());
            }
        }
        return found;
    }
}
