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
import org.junit.jupiter.params.provider.ValueSource;

class ChannelsConfigTest {
    private final Map<String, Given> file = new HashMap<>();
    private final Map<String, String> environment = new HashMap<>();

    private ChannelsConfig read() throws ConfigException {
        Settings in = new Settings(file, environment, Map.of());
        ChannelsConfig config = ChannelsConfig.from(in);
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
        environment.put("FANFARE_NAMESPACES_TICKS_PUBLISH", "false");
        ChannelsConfig config = read();

        assertThat(config.namespaces()).containsOnlyKeys("chat", "my_room", "ticks");
        assertThat(config.rulesOf("chat:a").historySize()).isEqualTo(7);
        assertThat(config.rulesOf("chat:a").presence()).isFalse();
        assertThat(config.rulesOf("my_room:1").presence()).isTrue();
        assertThat(config.rulesOf("ticks").publish()).isFalse();
    }

    @Test
    void aVariableSpeaksOfTheNamespaceOfTheFileThatIsWrittenSo() throws ConfigException {
        file.put("namespaces.My-Room.history-size", new Given("3", "file"));
        environment.put("FANFARE_NAMESPACES_MY_ROOM_HISTORY_SIZE", "7");
        environment.put("FANFARE_NAMESPACES_MY_ROOM_CONFLATE", "true");
        ChannelsConfig config = read();

        assertThat(config.namespaces()).containsOnlyKeys("My-Room", "ticks");
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
}
