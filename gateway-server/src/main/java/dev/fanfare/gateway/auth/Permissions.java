package dev.fanfare.gateway.auth;

import dev.fanfare.gateway.channel.Access;
import dev.fanfare.gateway.channel.ChannelName;
import dev.fanfare.gateway.channel.ChannelPattern;
import dev.fanfare.gateway.channel.ChannelRules;
import dev.fanfare.gateway.http.HttpProblem;
import io.netty.handler.codec.http.HttpResponseStatus;
import org.jspecify.annotations.Nullable;

/**
 * The only place that says who may do what with a channel. Each method answers null for yes, else 401 (nobody is known, and somebody who is might
 * be let in) or 403, in words for the client. Names must have been checked ({@link ChannelName}, {@link ChannelPattern}), and the rules be those of
 * their namespace. Pure; any thread.
 */
public final class Permissions {
    private Permissions() {}

    /** Whether {@code who} may subscribe to a channel, or to all channels of a pattern. */
    public static @Nullable HttpProblem subscribe(Principal who, String channelOrPattern, ChannelRules rules) {
        boolean granted = who.grants().coversSubscribe(channelOrPattern);
        return answer(who, channelOrPattern, rules.subscribe(), granted, "subscribe to");
    }

    /** Whether {@code who} may publish to a channel. */
    public static @Nullable HttpProblem publish(Principal who, String channel, ChannelRules rules) {
        return answer(who, channel, rules.publish(), who.grants().coversPublish(channel), "publish to");
    }

    /**
     * Whether {@code who} may read what a channel keeps, by a cursor or a question: whoever may subscribe. The operator may also where nobody may
     * subscribe.
     */
    public static @Nullable HttpProblem history(Principal who, String channel, ChannelRules rules) {
        return reading(who, channel, rules, "read the history of");
    }

    /** Whether {@code who} may know who is there: whoever may subscribe. The operator may also where nobody may subscribe. */
    public static @Nullable HttpProblem presence(Principal who, String channel, ChannelRules rules) {
        return reading(who, channel, rules, "see who is in");
    }

    private static @Nullable HttpProblem reading(Principal who, String channel, ChannelRules rules, String what) {
        if (who.kind() == Principal.Kind.OPERATOR) {
            return null;
        }
        return answer(who, channel, rules.subscribe(), who.grants().coversSubscribe(channel), what);
    }

    private static @Nullable HttpProblem answer(
            Principal who, String name, Access access, boolean granted, String what) {
        if (access == Access.NOBODY) {
            return refused("nobody may %s %s (its namespace says so)".formatted(what, name));
        }
        if (granted || who.kind() == Principal.Kind.OPERATOR || letsIn(access, who, name)) {
            return null;
        }
        if (who.kind() == Principal.Kind.ANONYMOUS) {
            return BadToken.missing("to %s %s one needs a token".formatted(what, name));
        }
        return refused("this token does not allow to %s %s; %s".formatted(what, name, wanted(access)));
    }

    private static boolean letsIn(Access access, Principal who, String name) {
        return switch (access) {
            case ANYONE -> true;
            case AUTHENTICATED -> who.isUser();
            case OWNER -> isOwner(who, name);
            case GRANTED, NOBODY -> false;
        };
    }

    /** Exactly {@code NAMESPACE:USER}: if more could follow, {@code user:a:b} would belong to two users. A star in a name is no pattern's. */
    private static boolean isOwner(Principal who, String name) {
        String namespace = ChannelName.namespace(name);
        return who.isUser()
                && !ChannelPattern.isPattern(name)
                && name.length() == namespace.length() + 1 + who.user().length()
                && name.endsWith(who.user())
                && name.charAt(namespace.length()) == ':';
    }

    private static String wanted(Access access) {
        return switch (access) {
            case AUTHENTICATED -> "it names no user (sub), and does not grant it";
            case OWNER -> "it is another user's, and not granted";
            default -> "it does not grant it";
        };
    }

    private static HttpProblem refused(String detail) {
        return HttpProblem.of(HttpResponseStatus.FORBIDDEN, detail);
    }
}
