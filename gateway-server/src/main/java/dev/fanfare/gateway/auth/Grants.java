package dev.fanfare.gateway.auth;

import dev.fanfare.gateway.channel.ChannelName;
import dev.fanfare.gateway.channel.ChannelPattern;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a token grants beyond what namespaces give to everybody. Immutable; any thread.
 *
 * @param channels names that may be subscribed to; those of a stream that names none
 * @param subscribe names and patterns that may be subscribed to
 * @param publish names and patterns that may be published to
 */
public record Grants(List<String> channels, List<ChannelPattern> subscribe, List<ChannelPattern> publish) {
    /** Grants nothing. */
    public static final Grants NONE = new Grants(List.of(), List.of(), List.of());

    /** Every channel there is. */
    static final String EVERYTHING = "*";

    private static final int LONGEST_NAME = 1024;

    public Grants {
        channels = List.copyOf(channels);
        subscribe = List.copyOf(subscribe);
        publish = List.copyOf(publish);
    }

    /** Whether {@code name} may be subscribed to; a pattern, if one grant covers all of it. */
    boolean coversSubscribe(String name) {
        return channels.contains(name) || covers(subscribe, name);
    }

    /** Whether {@code name} may be published to. */
    boolean coversPublish(String name) {
        return covers(publish, name);
    }

    /** What is wrong with one entry of {@link #subscribe} or {@link #publish}, in words; null if nothing is. */
    static @Nullable String problem(String grant) {
        if (grant.equals(EVERYTHING)) {
            return null;
        }
        return ChannelPattern.isPattern(grant)
                ? ChannelPattern.problem(grant, LONGEST_NAME)
                : ChannelName.problem(grant, LONGEST_NAME);
    }

    /** What is wrong with one entry of {@link #channels}, in words; null if nothing is. */
    static @Nullable String channelProblem(String name) {
        return ChannelName.problem(name, LONGEST_NAME);
    }

    /**
     * A star of {@code name} counts as a character that only a star of the grant takes. So what a grant covers, it covers
     * whatever stands for the stars of {@code name}.
     */
    private static boolean covers(List<ChannelPattern> grants, String name) {
        for (ChannelPattern grant : grants) {
            if (grant.matches(name)) {
                return true;
            }
        }
        return false;
    }
}
