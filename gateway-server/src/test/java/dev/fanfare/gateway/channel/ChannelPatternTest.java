package dev.fanfare.gateway.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChannelPatternTest {
    @ParameterizedTest
    @CsvSource({
        "stocks:*, stocks:005930, true",
        "stocks:*, stocks:, true",
        "stocks:*, stock:1, false",
        "chat:*:typing, chat:room-7:typing, true",
        "chat:*:typing, chat:room-7:typing:x, false",
        "a:*b*, a:xxbxx, true",
        "a:*b*c, a:bcbc, true",
    })
    void aStarStandsForAnyRunOfCharacters(String pattern, String name, boolean matches) {
        assertThat(new ChannelPattern(pattern).matches(name)).isEqualTo(matches);
    }

    @Test
    void itAgreesWithARegularExpression() {
        Random random = new Random(7);
        for (int round = 0; round < 20_000; round++) {
            String pattern = some(random, "ab*", 6);
            String name = some(random, "ab", 8);
            boolean expected = Pattern.matches(pattern.replace("*", ".*"), name);
            assertThat(new ChannelPattern(pattern).matches(name))
                    .as("%s on %s", pattern, name)
                    .isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "*:a", "st*:a", "a:*b*c*d*e*", "a:* b"})
    void aPatternNamesItsNamespaceAndHasFewStars(String pattern) {
        assertThat(ChannelPattern.problem(pattern, 255)).isNotNull();
    }

    private static String some(Random random, String letters, int most) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(most + 1); i > 0; i--) {
            text.append(letters.charAt(random.nextInt(letters.length())));
        }
        return text.toString();
    }
}
