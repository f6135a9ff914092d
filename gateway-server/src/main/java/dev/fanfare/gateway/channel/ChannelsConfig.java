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

    private static final ChannelRules STANDARD = new ChannelRules(
            100, Duration.ofMinutes(5), false, SlowConsumerPolicy.CATCH_UP, false, false, true, true, 64 * 1024);

    public ChannelsConfig {
        namespaces = Map.copyOf(namespaces);
    }

    /** The rules of a channel or pattern. */
    public ChannelRules rulesOf(String channel) {
        return namespaces.getOrDefault(ChannelName.namespace(channel), standard);
    }

    public static ChannelsConfig from(Settings in) {
        int maxName =
                in.number("channels.max-name-length", 255, new Range<>(16, 1024), "characters a channel name may have");
        int maxPerConnection = in.number(
                "channels.max-per-connection", 100, new Range<>(1, 1_000), "channels one connection may subscribe to");
        ChannelRules standard = rules(in, "channels.", STANDARD);
        Map<String, ChannelRules> namespaces = new HashMap<>();
        namespaces.put(TICKS, rules(in, "namespaces.ticks.", conflating(standard)));
        for (String name : in.names("namespaces")) {
            if (name.indexOf(':') >= 0 || ChannelName.problem(name, maxName) != null) {
                in.reject(
                        "namespaces.%s: no channel can have this namespace, which is what stands before the first colon"
                                .formatted(name));
            }
            if (!name.equals(TICKS)) {
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
                in.flag(at + "subscribe", or.subscribe(), "whether clients may subscribe"),
                in.flag(at + "publish", or.publish(), "whether the API may publish"),
                in.bytes(
                        at + "max-payload",
                        or.maxPayload() % 1024 == 0 ? or.maxPayload() / 1024 + "KiB" : or.maxPayload() + "B",
                        Range.of("1B", "16MiB"),
                        "bytes of one publication"));
    }

    private static String written(Duration time) {
        return time.toSeconds() % 60 == 0 ? time.toMinutes() + "m" : time.toSeconds() + "s";
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
