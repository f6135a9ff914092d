package dev.fanfare.gateway.channel;

import dev.fanfare.gateway.config.Range;
import dev.fanfare.gateway.config.Settings;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Channels in general, and the rules of each namespace.
 *
 * @param maxName characters of a channel name
 * @param maxPerConnection channels and patterns one connection may subscribe to
 * @param standard rules of every channel whose namespace is not configured
 * @param namespaces rules by namespace
 */
public record ChannelsConfig(
        int maxName, int maxPerConnection, ChannelRules standard, Map<String, ChannelRules> namespaces) {
    /** The channel of the stock ticks: a connection that names no channel gets this one. */
    public static final String TICKS = "ticks";
    /** The namespace whose channels belong to the user they are named after, when there are users. */
    public static final String USER = "user";

    private static final ChannelRules STANDARD = new ChannelRules(
            100,
            Duration.ofMinutes(5),
            false,
            SlowConsumerPolicy.CATCH_UP,
            false,
            false,
            Access.ANYONE,
            Access.GRANTED,
            64 * 1024);

    public ChannelsConfig {
        namespaces = Map.copyOf(namespaces);
    }

    /** The rules of a channel or pattern. */
    public ChannelRules rulesOf(String channel) {
        return namespaces.getOrDefault(ChannelName.namespace(channel), standard);
    }

    /**
     * Reads the settings.
     *
     * @param subscribe who may subscribe where no setting says so: anyone, or with keys for tokens whoever is authenticated
     */
    public static ChannelsConfig from(Settings in, Access subscribe) {
        int maxName =
                in.number("channels.max-name-length", 255, new Range<>(16, 1024), "characters a channel name may have");
        int maxPerConnection = in.number(
                "channels.max-per-connection", 100, new Range<>(1, 1_000), "channels one connection may subscribe to");
        ChannelRules standard = rules(in, "channels.", subscribing(STANDARD, subscribe));
        Map<String, ChannelRules> namespaces = new HashMap<>();
        namespaces.put(TICKS, rules(in, "namespaces.ticks.", conflating(standard)));
        namespaces.put(
                USER, rules(in, "namespaces.user.", subscribing(standard, ownUser(standard.subscribe(), subscribe))));
        for (String name : in.names("namespaces")) {
            if (name.indexOf(':') >= 0 || ChannelName.problem(name, maxName) != null) {
                in.reject(
                        "namespaces.%s: no channel can have this namespace, which is what stands before the first colon"
                                .formatted(name));
            }
            if (!name.equals(TICKS) && !name.equals(USER)) {
                namespaces.put(name, rules(in, "namespaces." + name + ".", standard));
            }
        }
        return new ChannelsConfig(maxName, maxPerConnection, standard, namespaces);
    }

    /** What {@code at} says, over what {@code or} says. */
    private static ChannelRules rules(Settings in, String at, ChannelRules or) {
        return new ChannelRules(
                in.number(
                        at + "history-size",
                        or.historySize(),
                        new Range<>(0, 100_000),
                        "publications a channel keeps for subscribers that come back; 0 for none"),
                in.duration(
                        at + "history-ttl",
                        written(or.historyTtl()),
                        Range.of("1s", "720h"),
                        "how long a channel keeps a publication"),
                in.flag(
                        at + "conflate",
                        or.conflate(),
                        "keep only the newest publication of each key, and give it to new subscribers at once"),
                in.choice(
                        at + "slow-consumer",
                        or.slowConsumer(),
                        "catch-up reads later what the channel keeps; drop and disconnect act when slow-consumer.max-pending is reached"),
                in.flag(at + "presence", or.presence(), "whether the API tells who is subscribed"),
                in.flag(at + "join-leave", or.joinLeave(), "whether subscribers are told who comes and goes"),
                in.choice(
                        at + "subscribe",
                        or.subscribe(),
                        "who may subscribe; with keys (auth.*) the default is authenticated, and in the namespace user it is owner"),
                in.choice(
                        at + "publish",
                        or.publish(),
                        "who may publish with a token; with the key of the API one may wherever it is not nobody"),
                in.bytes(
                        at + "max-payload",
                        or.maxPayload() % 1024 == 0 ? or.maxPayload() / 1024 + "KiB" : or.maxPayload() + "B",
                        Range.of("1B", "16MiB"),
                        "bytes of one publication"));
    }

    private static String written(Duration time) {
        return time.toSeconds() % 60 == 0 ? time.toMinutes() + "m" : time.toSeconds() + "s";
    }

    /** What is said of all namespaces never opens the channels of users to others; only where there are no users, all may. */
    private static Access ownUser(Access everywhere, Access standard) {
        boolean open = everywhere == Access.ANYONE || everywhere == Access.AUTHENTICATED;
        return open && standard != Access.ANYONE ? Access.OWNER : everywhere;
    }

    private static ChannelRules subscribing(ChannelRules or, Access subscribe) {
        return new ChannelRules(
                or.historySize(),
                or.historyTtl(),
                or.conflate(),
                or.slowConsumer(),
                or.presence(),
                or.joinLeave(),
                subscribe,
                or.publish(),
                or.maxPayload());
    }

    private static ChannelRules conflating(ChannelRules or) {
        return new ChannelRules(
                0,
                or.historyTtl(),
                true,
                or.slowConsumer(),
                false,
                false,
                or.subscribe(),
                or.publish(),
                or.maxPayload());
    }
}
