package dev.fanfare.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    private enum Colour {
        DARK_RED,
        BLUE
    }

    private final Map<String, Given> file = new HashMap<>();
    private final Map<String, String> environment = new HashMap<>();
    private final Map<String, Given> flags = new HashMap<>();

    @Test
    void withoutAnyValueTheDefaultCounts() throws ConfigException {
        Settings in = settings();

        assertThat(port(in)).isEqualTo(8080);
        assertThat(in.text("a.text", "standard", "")).isEqualTo("standard");
        assertThat(in.path("a.path", "")).isNull();
        assertThat(in.flag("a.flag", true, "")).isTrue();
        assertThat(in.wide("a.wide", Long.MIN_VALUE, "")).isEqualTo(Long.MIN_VALUE);
        assertThat(in.duration("a.duration", "15s", Range.of("1s", "1h"), "")).isEqualTo(Duration.ofSeconds(15));
        assertThat(in.bytes("a.size", "64KiB", Range.of("1KiB", "1MiB"), "")).isEqualTo(65_536);
        assertThat(in.choice("a.choice", Colour.DARK_RED, "")).isEqualTo(Colour.DARK_RED);
        in.verify();
    }

    @Test
    void everyTypeTakesAGivenValue() throws ConfigException {
        file("a.text", "  hello ");
        file("a.path", "/tmp/x");
        file("a.flag", "true");
        file("a.wide", "9223372036854775807");
        file("a.duration", "250ms");
        file("a.size", "2KiB");
        file("a.choice", "dark-red");
        Settings in = settings();

        assertThat(in.text("a.text", "standard", "")).isEqualTo("hello");
        assertThat(in.path("a.path", "")).isEqualTo(Path.of("/tmp/x"));
        assertThat(in.flag("a.flag", false, "")).isTrue();
        assertThat(in.wide("a.wide", 0, "")).isEqualTo(Long.MAX_VALUE);
        assertThat(in.duration("a.duration", "15s", Range.of("1ms", "1h"), "")).isEqualTo(Duration.ofMillis(250));
        assertThat(in.bytes("a.size", "64KiB", Range.of("1KiB", "1MiB"), "")).isEqualTo(2048);
        assertThat(in.choice("a.choice", Colour.BLUE, "")).isEqualTo(Colour.DARK_RED);
        in.verify();
    }

    @Test
    void theEnvironmentIsStrongerThanTheFile() {
        file("server.port", "1");
        environment.put("FANFARE_SERVER_PORT", "2");

        assertThat(port(settings())).isEqualTo(2);
    }

    @Test
    void aFlagIsStrongerThanTheEnvironment() {
        environment.put("FANFARE_SERVER_PORT", "2");
        flags.put("server.port", new Given("3", "--port"));

        assertThat(port(settings())).isEqualTo(3);
    }

    @Test
    void aFlagIsStrongerThanTheFile() {
        file("server.port", "1");
        flags.put("server.port", new Given("3", "--port"));

        assertThat(port(settings())).isEqualTo(3);
    }

    @Test
    void aWeakerBadValueDoesNotMatterWhenAStrongerOneIsGiven() throws ConfigException {
        file("server.port", "many");
        flags.put("server.port", new Given("3", "--port"));
        Settings in = settings();

        assertThat(port(in)).isEqualTo(3);
        in.verify();
    }

    @Test
    void theEnvironmentNameOfAKeyIsInUpperCaseWithUnderscores() {
        assertThat(Setting.environmentName("slow-consumer.max-pending")).isEqualTo("FANFARE_SLOW_CONSUMER_MAX_PENDING");
    }

    @ParameterizedTest
    @CsvSource({"-1", "65536", "8080.5", "99999999999", "''", "0x50"})
    void aBadNumberIsReportedWithKeyValueOriginAndRange(String bad) {
        file("server.port", bad);
        Settings in = settings();

        assertThat(port(in)).isEqualTo(8080);
        assertThat(problems(in))
                .singleElement()
                .asString()
                .startsWith("server.port: '" + bad + "' (fanfare.yaml) is not allowed; allowed: ")
                .endsWith("0 to 65535");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "65535", " 80 "})
    void bothEndsOfARangeAndSpacesAroundANumberAreAllowed(String good) {
        file("server.port", good);

        assertThat(port(settings())).isEqualTo(Integer.parseInt(good.trim()));
    }

    @Test
    void aBadValueOfTheEnvironmentNamesTheVariable() {
        environment.put("FANFARE_SERVER_PORT", "http");
        Settings in = settings();
        port(in);

        assertThat(problems(in))
                .containsExactly("server.port: 'http' (FANFARE_SERVER_PORT) is not allowed; "
                        + "allowed: a whole number 0 to 65535");
    }

    @Test
    void aBadValueOfEveryOtherTypeIsReportedWithWhatIsAllowed() {
        for (String key : List.of("a.text", "a.path", "a.flag", "a.wide", "a.duration", "a.size", "a.choice")) {
            flags.put(key, new Given(key.equals("a.text") ? "" : "\0", "--set"));
        }
        Settings in = settings();
        in.text("a.text", "standard", "");
        in.path("a.path", "");
        in.flag("a.flag", false, "");
        in.wide("a.wide", 0, "");
        in.duration("a.duration", "15s", Range.of("1s", "1h"), "");
        in.bytes("a.size", "64KiB", Range.of("1KiB", "1MiB"), "");
        in.choice("a.choice", Colour.BLUE, "");

        assertThat(problems(in))
                .map(problem -> problem.replace("\0", "?"))
                .containsExactly(
                        "a.text: '' (--set) is not allowed; allowed: text that is not empty",
                        "a.flag: '?' (--set) is not allowed; allowed: true or false",
                        "a.wide: '?' (--set) is not allowed; allowed: a whole number",
                        "a.duration: '?' (--set) is not allowed; allowed: " + Units.DURATION_FORM,
                        "a.size: '?' (--set) is not allowed; allowed: " + Units.SIZE_FORM,
                        "a.choice: '?' (--set) is not allowed; allowed: one of dark-red, blue");
    }

    @Test
    void aPathWithANulIsReportedAndDoesNotThrow() {
        file("a.path", "prices\0.csv");
        Settings in = settings();

        assertThat(in.path("a.path", "")).isNull();
        assertThat(problems(in)).singleElement().asString().endsWith("(fanfare.yaml) is not allowed; allowed: a path");
    }

    @ParameterizedTest
    @CsvSource({"999ms", "61m"})
    void aDurationOutsideItsRangeIsReportedInTheWordsOfTheRange(String bad) {
        file("a.duration", bad);
        Settings in = settings();
        in.duration("a.duration", "15s", Range.of("1s", "1h"), "");

        assertThat(problems(in))
                .containsExactly("a.duration: '" + bad + "' (fanfare.yaml) is not allowed; allowed: 1s to 1h");
    }

    @Test
    void aSizeThatNoLongCanHoldIsReportedInWordsOfTheFormAndNotOfTheMachine() {
        file("a.size", "999999999999GiB");
        Settings in = settings();
        in.bytes("a.size", "64KiB", Range.of("1KiB", "1MiB"), "");

        assertThat(problems(in))
                .singleElement()
                .asString()
                .contains(Units.SIZE_FORM)
                .doesNotContain("overflow");
    }

    @ParameterizedTest
    @ValueSource(strings = {"BLUE", "dark_red", "green"})
    void anEnumValueIsTakenOnlyAsItIsDocumented(String bad) {
        file("a.choice", bad);
        Settings in = settings();

        assertThat(in.choice("a.choice", Colour.BLUE, "")).isEqualTo(Colour.BLUE);
        assertThat(problems(in)).hasSize(1);
    }

    @Test
    void anUnknownKeyOfFileOrFlagIsReportedWithTheNearestKnownOne() {
        file("server.prot", "1");
        flags.put("serverport", new Given("1", "--set"));
        Settings in = settings();
        port(in);

        assertThat(problems(in))
                .containsExactly(
                        "unknown key server.prot (fanfare.yaml); did you mean server.port?",
                        "unknown key serverport (--set); did you mean server.port?");
    }

    @Test
    void anUnknownKeyFarFromEveryKnownOneGetsNoGuess() {
        file("colour", "blue");
        Settings in = settings();
        port(in);

        assertThat(problems(in)).containsExactly("unknown key colour (fanfare.yaml)");
    }

    @Test
    void anUnknownVariableOfOursIsReportedAndOthersAreNotLookedAt() {
        environment.put("FANFARE_SERVER_PROT", "1");
        environment.put("FANFAREX", "1");
        environment.put("PATH", "/bin");
        Settings in = settings();
        port(in);

        assertThat(problems(in))
                .containsExactly("unknown environment variable FANFARE_SERVER_PROT; did you mean FANFARE_SERVER_PORT?");
    }

    @Test
    void allProblemsAreReportedTogether() {
        file("server.port", "x");
        file("nonsense", "1");
        environment.put("FANFARE_NONSENSE_TOO", "1");
        Settings in = settings();
        port(in);
        in.reject("a is above b");

        assertThat(problems(in))
                .satisfiesExactly(
                        bad -> assertThat(bad).startsWith("server.port:"),
                        rejected -> assertThat(rejected).isEqualTo("a is above b"),
                        key -> assertThat(key).contains("nonsense"),
                        variable -> assertThat(variable).contains("FANFARE_NONSENSE_TOO"));
    }

    @Test
    void readingAKeyDocumentsItWithDefaultAndCurrentValue() {
        file("server.port", "1234");
        Settings in = settings();
        port(in);
        in.choice("a.choice", Colour.DARK_RED, "which");

        assertThat(in.documented())
                .containsExactly(
                        new Setting("server.port", "8080", "1234", "0 to 65535", "to listen on"),
                        new Setting("a.choice", "dark-red", "dark-red", "dark-red, blue", "which"));
    }

    @Test
    void aSecretIsReadButNeitherDocumentedNorQuotedInAnError() throws ConfigException {
        environment.put("FANFARE_API_KEY", " s3cret ");
        Settings in = settings();

        assertThat(in.secret("api.key", "")).isEqualTo("s3cret");
        in.verify();
        assertThat(in.documented().toString()).contains("(set)").doesNotContain("s3cret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3cret word", "s3crét", "s3\u0001cret"})
    void aSecretThatNoHeaderCanHoldIsRefusedWithoutItsWords(String bad) {
        environment.put("FANFARE_API_KEY", bad);
        Settings in = settings();
        in.secret("api.key", "");

        assertThat(problems(in))
                .containsExactly(
                        "api.key: the value (FANFARE_API_KEY) is not allowed; allowed: printable ASCII without spaces");
    }

    @Test
    void aSecretThatIsNotGivenIsEmpty() throws ConfigException {
        Settings in = settings();

        assertThat(in.secret("api.key", "")).isEmpty();
        in.verify();
        assertThat(in.documented().get(0).current()).isEmpty();
    }

    @Test
    void readingAKeyTwiceIsAMistakeInTheProgram() {
        Settings in = settings();
        port(in);

        assertThatIllegalStateException().isThrownBy(() -> port(in)).withMessageContaining("server.port");
    }

    @Test
    void aRangeHoldsBothItsEndsAndNothingBeyond() {
        Range<Integer> range = Range.of(2, 4);

        assertThatCode(() -> range.check(2)).doesNotThrowAnyException();
        assertThatCode(() -> range.check(4)).doesNotThrowAnyException();
        assertThat(range.contains(1)).isFalse();
        assertThat(range.contains(5)).isFalse();
        assertThatCode(() -> range.check(5)).hasMessage("2 to 4");
    }

    private static int port(Settings in) {
        return in.number("server.port", 8080, Range.of(0, 65_535), "to listen on");
    }

    private void file(String key, String value) {
        file.put(key, new Given(value, "fanfare.yaml"));
    }

    private Settings settings() {
        return new Settings(file, environment, flags);
    }

    private static List<String> problems(Settings in) {
        @Nullable ConfigException thrown = catchThrowableOfType(ConfigException.class, in::verify);
        return thrown == null ? List.of() : thrown.problems();
    }
}
