package dev.fanfare.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class YamlFileTest {
    @TempDir
    Path folder = Path.of("");

    @Test
    void nestedAndDottedKeysBecomeDottedKeysThatRememberTheFile() throws Exception {
        Map<String, Given> values = YamlFile.read(file("server: {port: 80}\nticker:\n  interval: 1s\na.b: c\n"));

        assertThat(values)
                .containsExactly(
                        entry("server.port", new Given("80", "fanfare.yaml")),
                        entry("ticker.interval", new Given("1s", "fanfare.yaml")),
                        entry("a.b", new Given("c", "fanfare.yaml")));
    }

    @Test
    void aValueIsTakenAsWrittenWhateverTypeYamlWouldGiveIt() throws Exception {
        assertThat(plain("symbol: 005930\nhex: 0x1F\nbig: 1_000\nno: off\ntime: 12:30:00\nhalf: 1.50\nquoted: '007'\n"))
                .containsExactly(
                        entry("symbol", "005930"),
                        entry("hex", "0x1F"),
                        entry("big", "1_000"),
                        entry("no", "off"),
                        entry("time", "12:30:00"),
                        entry("half", "1.50"),
                        entry("quoted", "007"));
    }

    @Test
    void aKeyWithoutValueCountsAsNotGiven() throws Exception {
        assertThat(plain("server:\n  port:\n  host: ~\nticker: null\n")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n\n", "# nothing but a comment\n", "---\n", "{}"})
    void anEmptyFileGivesNothing(String text) throws Exception {
        assertThat(plain(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"hello", "- a\n- b\n", "42"})
    void aFileThatIsNoMappingIsRefused(String text) {
        assertThatThrownBy(() -> YamlFile.read(file(text)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("the top level must be keys with values");
    }

    @Test
    void aListIsRefusedWithItsKeyAndLine() {
        assertRefused("server:\n  port:\n    - 80\n", "fanfare.yaml, line 3: server.port: a list is not allowed here");
    }

    @Test
    void aKeyGivenTwiceIsRefusedWithItsLine() {
        assertRefused("server:\n  port: 1\n  port: 2\n", "fanfare.yaml, line 3:", "Duplicate field 'port'");
    }

    @Test
    void aKeyGivenTwiceInDifferentSpellingIsRefusedToo() {
        assertRefused("server:\n  port: 1\nserver.port: 2\n", "fanfare.yaml, line 3: server.port is given twice");
    }

    @Test
    void aSecondDocumentIsRefusedAndNotSilentlyLeftOut() {
        assertRefused("server: {port: 1}\n---\nserver: {port: 2}\n", "a second document");
    }

    @Test
    void anAliasIsRefusedAndNotTakenForText() {
        assertRefused("a: &x 1\nb: *x\n", "fanfare.yaml, line 2: b: an alias (*x) is not allowed here");
    }

    @Test
    void brokenSyntaxIsRefusedWithItsLine() {
        assertRefused("server:\n  port: 1\n host: [\n", "fanfare.yaml, line 3: not valid YAML");
    }

    @Test
    void aTabIsRefusedWithItsLine() {
        assertRefused("server:\n\tport: 1\n", "fanfare.yaml, line 2: not valid YAML");
    }

    @Test
    void controlCharactersAreRefusedInWords() {
        assertRefused("server: \u0001\n", "not valid YAML");
    }

    @Test
    void bytesThatAreNotUtf8AreRefusedInWords() throws IOException {
        Path file = Files.write(folder.resolve("fanfare.yaml"), new byte[] {'a', ':', ' ', (byte) 0xC3, (byte) 0x28});

        assertThatThrownBy(() -> YamlFile.read(file)).isInstanceOf(ConfigException.class);
    }

    @Test
    void aMissingFileIsReportedWithItsPath() {
        Path missing = folder.resolve("missing.yaml");

        assertThatThrownBy(() -> YamlFile.read(missing))
                .isInstanceOf(ConfigException.class)
                .hasMessage("configuration file %s cannot be read (NoSuchFileException)", missing);
    }

    @Test
    void aFolderIsReportedWithItsPath() {
        assertThatThrownBy(() -> YamlFile.read(folder))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("configuration file " + folder + " cannot be read");
    }

    @Test
    void aFileOfOneMebibyteIsReadAndALargerOneIsNot() throws Exception {
        String largest = "a: 1\n#" + "x".repeat((1 << 20) - 6);

        assertThat(plain(largest)).containsExactly(entry("a", "1"));
        assertRefused(largest + "x", "larger than 1 MiB");
    }

    private void assertRefused(String text, String... words) {
        assertThatThrownBy(() -> YamlFile.read(file(text)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContainingAll(words);
    }

    private Map<String, String> plain(String text) throws Exception {
        Map<String, String> values = new LinkedHashMap<>();
        YamlFile.read(file(text)).forEach((key, given) -> values.put(key, given.value()));
        return values;
    }

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("fanfare.yaml"), text);
    }
}
