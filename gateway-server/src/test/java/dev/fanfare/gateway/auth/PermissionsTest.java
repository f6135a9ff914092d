package dev.fanfare.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.gateway.channel.Access;
import dev.fanfare.gateway.channel.ChannelPattern;
import dev.fanfare.gateway.channel.ChannelRules;
import dev.fanfare.gateway.channel.SlowConsumerPolicy;
import dev.fanfare.gateway.http.HttpProblem;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PermissionsTest {
    private static int status(@Nullable HttpProblem problem) {
        return problem == null ? 200 : problem.reply().status().code();
    }

    private static ChannelRules rules(Access access) {
        return new ChannelRules(
                10, Duration.ofMinutes(1), false, SlowConsumerPolicy.CATCH_UP, true, false, access, access, 1024);
    }

    /** {@code -} nobody, {@code key} the operator, {@code ?} a token without {@code sub}; then what it grants. */
    private static Principal who(String text) {
        if (text.equals("-")) {
            return Principal.ANONYMOUS;
        }
        if (text.equals("key")) {
            return Principal.OPERATOR;
        }
        List<String> words = List.of(text.split(" "));
        List<ChannelPattern> grants =
                words.stream().skip(1).map(ChannelPattern::new).toList();
        String user = words.get(0).replace("?", "");
        return new Principal(
                Principal.Kind.TOKEN, user, null, null, 0, Principal.NEVER, new Grants(List.of(), grants, grants));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "anyone        | -            | chat:a     | 200",
                "anyone        | -            | chat:*     | 200",
                "anyone        | ?            | chat:a     | 200",
                "authenticated | -            | chat:a     | 401",
                "authenticated | ?            | chat:a     | 403",
                "authenticated | ? chat:a     | chat:a     | 200",
                "authenticated | 42           | chat:a     | 200",
                "authenticated | 42           | chat:*     | 200",
                "authenticated | key          | chat:a     | 200",
                "granted       | -            | chat:a     | 401",
                "granted       | 42           | chat:a     | 403",
                "granted       | 42 chat:b    | chat:a     | 403",
                "granted       | 42 chat:a    | chat:a     | 200",
                "granted       | 42 chat:a    | chat:ab    | 403",
                "granted       | 42 chat:*    | chat:a     | 200",
                "granted       | 42 chat:*    | chat:*     | 200",
                "granted       | 42 chat:*    | chat:*:x   | 200",
                "granted       | 42 chat:a    | chat:*     | 403",
                "granted       | 42 chat:*:x  | chat:*     | 403",
                "granted       | 42 chat:*:x  | chat:a*:x  | 200",
                "granted       | 42 chat:*:x  | chat:*:*   | 403",
                "granted       | 42 chat:a*   | chat:*     | 403",
                "granted       | 42 chat:a*   | chat:ab*   | 200",
                "granted       | 42 chat:*    | chats:a    | 403",
                "granted       | 42 *         | chat:*     | 200",
                "granted       | ? *          | any        | 200",
                "granted       | key          | chat:a     | 200",
                "owner         | -            | user:42    | 401",
                "owner         | 42           | user:42    | 200",
                "owner         | 42           | user:420   | 403",
                "owner         | 42           | user:4     | 403",
                "owner         | 42           | user:42:a  | 403",
                "owner         | 42           | user:a:42  | 403",
                "owner         | 42           | user:*     | 403",
                "owner         | 42           | user:4*    | 403",
                "owner         | 4*           | user:4*    | 403",
                "owner         | *            | user:*     | 403",
                "owner         | ?            | user:      | 403",
                "owner         | ?            | user       | 403",
                "owner         | user         | user       | 403",
                "owner         | 42 user:7    | user:7     | 200",
                "owner         | 42 user:*    | user:*     | 200",
                "owner         | key          | user:42    | 200",
                "nobody        | -            | chat:a     | 403",
                "nobody        | 42 *         | chat:a     | 403",
                "nobody        | key          | chat:a     | 403",
            })
    void whoMaySubscribeAndPublish(String access, String who, String channel, int status) {
        ChannelRules rules = rules(Access.valueOf(access.toUpperCase(java.util.Locale.ROOT)));
        Principal principal = who(who);
        assertThat(status(Permissions.subscribe(principal, channel, rules))).isEqualTo(status);
        assertThat(status(Permissions.publish(principal, channel, rules))).isEqualTo(status);
        if (!who.equals("key")) {
            assertThat(status(Permissions.history(principal, channel, rules))).isEqualTo(status);
            assertThat(status(Permissions.presence(principal, channel, rules))).isEqualTo(status);
        }
    }

    @Test
    void theOperatorReadsEverything() {
        for (Access access : Access.values()) {
            assertThat(Permissions.history(Principal.OPERATOR, "chat:a", rules(access)))
                    .isNull();
            assertThat(Permissions.presence(Principal.OPERATOR, "chat:a", rules(access)))
                    .isNull();
        }
    }

    @Test
    void channelsOfATokenAreForListeningOnly() {
        Grants grants = new Grants(List.of("chat:a"), List.of(), List.of());
        Principal principal = new Principal(Principal.Kind.TOKEN, "42", null, null, 0, Principal.NEVER, grants);
        ChannelRules rules = rules(Access.GRANTED);
        assertThat(status(Permissions.subscribe(principal, "chat:a", rules))).isEqualTo(200);
        assertThat(status(Permissions.history(principal, "chat:a", rules))).isEqualTo(200);
        assertThat(status(Permissions.publish(principal, "chat:a", rules))).isEqualTo(403);
    }

    @Test
    void whatATokenMaySubscribeToItMayNotPublishTo() {
        Grants grants = new Grants(List.of(), List.of(new ChannelPattern("a:*")), List.of(new ChannelPattern("b:*")));
        Principal principal = new Principal(Principal.Kind.TOKEN, "", null, null, 0, Principal.NEVER, grants);
        ChannelRules rules = rules(Access.GRANTED);
        assertThat(status(Permissions.subscribe(principal, "b:1", rules))).isEqualTo(403);
        assertThat(status(Permissions.publish(principal, "a:1", rules))).isEqualTo(403);
        assertThat(status(Permissions.publish(principal, "b:1", rules))).isEqualTo(200);
    }

    @Test
    void aRefusalSaysWhatWouldHelp() {
        HttpProblem missing =
                Objects.requireNonNull(Permissions.subscribe(Principal.ANONYMOUS, "chat:a", rules(Access.GRANTED)));
        assertThat(missing).hasMessageContaining("needs a token").hasMessageContaining("chat:a");
        assertThat(missing.reply().headers()).containsEntry("www-authenticate", "Bearer");
        assertThat(Arrays.stream(Access.values())
                        .map(access -> Permissions.subscribe(who("?"), "user:7", rules(access)))
                        .filter(problem -> problem != null)
                        .map(Throwable::getMessage))
                .hasSize(4)
                .doesNotHaveDuplicates();
    }
}
