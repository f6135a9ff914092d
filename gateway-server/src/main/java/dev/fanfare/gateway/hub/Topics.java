package dev.fanfare.gateway.hub;

import dev.fanfare.gateway.channel.ChannelName;
import dev.fanfare.gateway.channel.ChannelPattern;
import dev.fanfare.gateway.metrics.Refusal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Who subscribed to which channel and pattern in one shard. Owned by the shard's event loop. */
final class Topics {
    /** Channels whose patterns are remembered. */
    private static final int REMEMBERED = 10_000;

    private final Interests interests;
    private final int shard;
    private final Map<String, Topic> channels = new HashMap<>();
    private final Map<String, Topic> patterns = new HashMap<>();
    private final Map<String, Namespace> namespaces = new HashMap<>();

    /** Which patterns match a channel, for the channels published to most recently. */
    private final LinkedHashMap<String, Matched> matching = new LinkedHashMap<>(16, 0.75f, true);

    Topics(Interests interests, int shard) {
        this.interests = interests;
        this.shard = shard;
    }

    Subscription add(Subscriber owner, Wish wish) {
        boolean isPattern = ChannelPattern.isPattern(wish.name());
        Topic topic = (isPattern ? patterns : channels).get(wish.name());
        if (topic == null) {
            topic = new Topic(wish.name(), wish.rules());
            if (isPattern) {
                addPattern(topic);
            } else {
                channels.put(wish.name(), topic);
                interests.add(wish.name(), shard);
            }
        }
        Subscription added = new Subscription(owner, topic, wish.since());
        topic.roster.add(added);
        interests.subscribed(1);
        return added;
    }

    void remove(Subscription subscription) {
        Topic topic = subscription.topic;
        if (!topic.roster.remove(subscription)) {
            return;
        }
        interests.subscribed(-1);
        if (topic.roster.size() == 0) {
            if (topic.pattern != null) {
                removePattern(topic);
            } else {
                channels.remove(topic.name);
                interests.remove(topic.name, shard);
            }
        }
    }

    private void addPattern(Topic topic) {
        patterns.put(topic.name, topic);
        String name = ChannelName.namespace(topic.name);
        Namespace namespace = namespaces.computeIfAbsent(name, each -> new Namespace());
        namespace.patterns.add(topic);
        namespace.changes++;
        interests.patterns(1);
        if (namespace.patterns.size() == 1) {
            interests.addPattern(name, shard);
        }
    }

    private void removePattern(Topic topic) {
        patterns.remove(topic.name);
        String name = ChannelName.namespace(topic.name);
        Namespace namespace = namespaces.get(name);
        if (namespace != null && namespace.patterns.remove(topic)) {
            namespace.changes++;
            interests.patterns(-1);
            if (namespace.patterns.isEmpty()) {
                namespaces.remove(name);
                interests.removePattern(name, shard);
            }
        }
    }

    /** Why {@code wishes} cannot be granted; null if they can. */
    @Nullable
    Refusal refusal(List<Wish> wishes, HubBounds bounds) {
        return interests.refusal(wishes, bounds);
    }

    /** The topics whose subscribers hear {@code channel}. */
    List<Topic> concernedBy(String channel) {
        Topic named = channels.get(channel);
        List<Topic> matched = patterns.isEmpty() ? List.of() : patternsOf(channel);
        if (matched.isEmpty()) {
            return named == null ? List.of() : List.of(named);
        }
        List<Topic> concerned = new ArrayList<>(matched);
        if (named != null) {
            concerned.add(0, named);
        }
        return concerned;
    }

    private List<Topic> patternsOf(String channel) {
        Namespace namespace = namespaces.get(ChannelName.namespace(channel));
        if (namespace == null) {
            return List.of();
        }
        Matched known = matching.get(channel);
        if (known != null && known.in == namespace && known.changes == namespace.changes) {
            return known.topics;
        }
        List<Topic> found = namespace.patterns.stream()
                .filter(topic -> topic.pattern != null && topic.pattern.matches(channel))
                .toList();
        matching.put(channel, new Matched(namespace, namespace.changes, found));
        if (matching.size() > REMEMBERED) {
            matching.remove(matching.keySet().iterator().next());
        }
        return found;
    }

    /** The patterns of one namespace. */
    private static final class Namespace {
        final List<Topic> patterns = new ArrayList<>(1);
        /** How often they have changed: what was matched before is worth nothing then. */
        int changes;
    }

    private record Matched(Namespace in, int changes, List<Topic> topics) {}
}
