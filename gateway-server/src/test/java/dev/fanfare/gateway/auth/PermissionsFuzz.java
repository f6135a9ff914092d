package dev.fanfare.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.fanfare.gateway.channel.Access;
import dev.fanfare.gateway.channel.ChannelName;
import dev.fanfare.gateway.channel.ChannelPattern;
import dev.fanfare.gateway.channel.ChannelRules;
import dev.fanfare.gateway.channel.ChannelsConfig;
import dev.fanfare.gateway.config.Given;
import dev.fanfare.gateway.config.Settings;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Who may hear what. */
class PermissionsFuzz {
    private static final int LONGEST = 255;

    /**
     * Whoever may subscribe to a pattern may subscribe to each channel that it stands for: a pattern never opens more than its grants and
     * namespaces do. The bytes are a grant, a pattern and a name, in three parts of equal length.
     */
    @FuzzTest(maxDuration = "2m")
    void patterns(byte[] input) {
        int part = Math.min(12, input.length / 3);
        String grant = text(input, 0, part);
        String pattern = text(input, part, part);
        String name = text(input, 2 * part, part).replace('*', 'b');
        boolean sound = Grants.problem(grant) == null
                && ChannelPattern.isPattern(pattern)
                && ChannelPattern.problem(pattern, LONGEST) == null
                && ChannelName.problem(name, LONGEST) == null
                && new ChannelPattern(pattern).matches(name);
        if (!sound) {
            return;
        }
        for (Access access : Access.values()) {
            ChannelRules rules = rules(access);
            for (Principal who : List.of(Principal.ANONYMOUS, user(grant), Principal.OPERATOR)) {
                if (Permissions.subscribe(who, pattern, rules) == null) {
                    assertThat(Permissions.subscribe(who, name, rules))
                            .as("%s may subscribe to %s (%s) but not to %s", who, pattern, access, name)
                            .isNull();
                    assertThat(Permissions.history(who, name, rules)).isNull();
                    assertThat(Permissions.presence(who, name, rules)).isNull();
                }
            }
        }
    }

    /** Where only the owner may, nobody else may: not by a name that looks like his. */
    @FuzzTest(maxDuration = "1m")
    void owners(byte[] input) {
        int half = input.length / 2;
        String user = text(input, 0, half);
        String name = text(input, half, input.length - half);
        if (ChannelName.problem(name, LONGEST) == null) {
            Principal who = new Principal(Principal.Kind.TOKEN, user, null, null, 0, Principal.NEVER, Grants.NONE);
            boolean may = Permissions.subscribe(who, name, rules(Access.OWNER)) == null;
            assertThat(may).isEqualTo(!user.isEmpty() && name.equals(ChannelName.namespace(name) + ":" + user));
        }
    }

    private static Principal user(String grant) {
        Grants grants = new Grants(List.of(), List.of(new ChannelPattern(grant)), List.of());
        return new Principal(Principal.Kind.TOKEN, "a", null, null, 0, Principal.NEVER, grants);
    }

    private static ChannelRules rules(Access access) {
        String word = access.name().toLowerCase(java.util.Locale.ROOT);
        return ChannelsConfig.from(
                        new Settings(Map.of(), Map.of(), Map.of("channels.subscribe", new Given(word, "test"))),
                        Access.ANYONE)
                .rulesOf("a:b");
    }

    /** Of few characters, so that texts are alike. */
    private static String text(byte[] input, int from, int length) {
        StringBuilder text = new StringBuilder();
        for (byte each : Arrays.copyOfRange(input, from, from + length)) {
            text.append("ab:*".charAt(each & 3));
        }
        return text.toString();
    }
}
