package dev.fanfare.gateway.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fanfare.gateway.config.ConfigException;
import dev.fanfare.gateway.config.Given;
import dev.fanfare.gateway.config.Settings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChannelsConfigTest {
    private final Map<String, Given> file = new HashMap<>();
    private final Map<String, String> environment = new HashMap<>();

    private ChannelsConfig read() throws ConfigException {
        return read(Access.ANYONE);
    }

    private ChannelsConfig read(Access standard) throws ConfigException {
        Settings in = new Settings(file, environment, Map.of());
        ChannelsConfig config = ChannelsConfig.from(in, standard);
        in.verify();
        return config;
    }

    private List<String> problems() {
        ConfigException thrown = catchThrowableOfType(ConfigException.class, this::read);
        assertThat(thrown).isNotNull();
        return thrown.problems();
    }

    @Test
    void theEnvironmentAloneMakesANamespace() throws ConfigException {
        environment.put("FANFARE_NAMESPACES_CHAT_HISTORY_SIZE", "7");
        environment.put("FANFARE_NAMESPACES_MY_ROOM_PRESENCE", "true");
        environment.put("FANFARE_NAMESPACES_TICKS_PUBLISH", "nobody");
        ChannelsConfig config = read();

        assertThat(config.namespaces()).containsOnlyKeys("chat", "my_room", "ticks", "user");
        assertThat(config.rulesOf("chat:a").historySize()).isEqualTo(7);
        assertThat(config.rulesOf("chat:a").presence()).isFalse();
        assertThat(config.rulesOf("my_room:1").presence()).isTrue();
        assertThat(config.rulesOf("ticks").publish()).isEqualTo(Access.NOBODY);
    }

    @Test
    void aVariableSpeaksOfTheNamespaceOfTheFileThatIsWrittenSo() throws ConfigException {
        file.put("namespaces.My-Room.history-size", new Given("3", "file"));
        environment.put("FANFARE_NAMESPACES_MY_ROOM_HISTORY_SIZE", "7");
        environment.put("FANFARE_NAMESPACES_MY_ROOM_CONFLATE", "true");
        ChannelsConfig config = read();

        assertThat(config.namespaces()).containsOnlyKeys("My-Room", "ticks", "user");
        assertThat(config.rulesOf("My-Room:1").historySize()).isEqualTo(7);
        assertThat(config.rulesOf("My-Room:1").conflate()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "FANFARE_NAMESPACES_CHAT_HISTORY",
                "FANFARE_NAMESPACES_PRESENCE",
                "FANFARE_NAMESPACES__PRESENCE",
                "FANFARE_NAMESPACES_CHAT",
                "FANFARE_NAMESPACE_CHAT_PRESENCE"
            })
    void aVariableThatNamesNoSettingIsRefused(String name) {
        environment.put(name, "true");
        assertThat(problems()).hasSize(1);
        assertThat(problems().get(0)).startsWith("unknown environment variable " + name);
    }

    @Test
    void aBadValueOfANamespaceThatOnlyTheEnvironmentHasIsRefused() {
        environment.put("FANFARE_NAMESPACES_CHAT_HISTORY_SIZE", "-1");
        assertThat(problems().get(0)).contains("namespaces.chat.history-size", "FANFARE_NAMESPACES_CHAT_HISTORY_SIZE");
    }

    @ParameterizedTest
    @ValueSource(strings = {"chat:", "a b", "a,b", "*", "ü", ""})
    void aNamespaceThatNoChannelCanHaveIsRefused(String name) {
        file.put("namespaces." + name + ".presence", new Given("true", "file"));
        assertThat(problems()).anyMatch(problem -> problem.startsWith("namespaces." + name));
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 19, 20, 300})
    void aNameThatIsTooLongIsToldHoweverShortTheLimit(int length) {
        assertThat(ChannelName.problem("a".repeat(length), 16))
                .contains("longer than 16")
                .hasSizeLessThan(150);
    }

    @ParameterizedTest
    @ValueSource(strings = {"subscribe", "publish"})
    void trueAndFalseAreNoWordsForWhoMayAnyMore(String key) {
        file.put("channels." + key, new Given("true", "file"));
        file.put("namespaces.chat." + key, new Given("false", "file"));
        assertThat(problems())
                .hasSize(2)
                .allMatch(problem -> problem.endsWith("allowed: one of anyone, authenticated, granted, owner, nobody"));
    }

    @Test
    void withoutKeysAnyoneMaySubscribeEverywhereAndPublishWithAGrantOnly() throws ConfigException {
        for (String channel : List.of("ticks", "user:42", "chat:a")) {
            assertThat(read().rulesOf(channel).subscribe()).as(channel).isEqualTo(Access.ANYONE);
            assertThat(read().rulesOf(channel).publish()).as(channel).isEqualTo(Access.GRANTED);
        }
    }

    @Test
    void withKeysUsersMaySubscribeAndTheNamespaceUserIsForItsOwner() throws ConfigException {
        ChannelsConfig config = read(Access.AUTHENTICATED);
        assertThat(config.rulesOf("ticks").subscribe()).isEqualTo(Access.AUTHENTICATED);
        assertThat(config.rulesOf("chat:a").subscribe()).isEqualTo(Access.AUTHENTICATED);
        assertThat(config.rulesOf("user:42").subscribe()).isEqualTo(Access.OWNER);
    }

    @ParameterizedTest
    @CsvSource({
        "anyone, owner",
        "authenticated, owner",
        "granted, granted",
        "owner, owner",
        "nobody, nobody",
    })
    void whatHoldsForAllNamespacesNeverOpensTheNamespaceUser(String everywhere, String user) throws ConfigException {
        file.put("channels.subscribe", new Given(everywhere, "file"));
        assertThat(read(Access.AUTHENTICATED).rulesOf("user:42").subscribe().name())
                .isEqualToIgnoringCase(user);
        file.put("namespaces.user.subscribe", new Given("anyone", "file"));
        assertThat(read(Access.AUTHENTICATED).rulesOf("user:42").subscribe()).isEqualTo(Access.ANYONE);
    }
}
