package dev.fanfare.gateway.channel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.fanfare.gateway.Frugal;
import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Names of channels, and patterns of names. */
class ChannelNameFuzz {
    private static final int LONGEST = 255;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.:/#@~=+!$-]{1," + LONGEST + "}");
    private static final Pattern PATTERN =
            Pattern.compile("(?=[^*]*(\\*[^*]*){0,4}$)[A-Za-z0-9_.:/#@~=+!$*-]{1," + LONGEST + "}");

    /** A name or a pattern is what its grammar says, and what is said against another one may stand in a log. */
    @FuzzTest(maxDuration = "2m")
    void name(byte[] input) throws Exception {
        String text = new String(input, UTF_8);
        Frugal.within(64 * 1024 + 50L * input.length, () -> {
            String problem = ChannelName.problem(text, LONGEST);
            requireShort(problem);
            assertThat(problem == null).isEqualTo(NAME.matcher(text).matches());
            String patternProblem = ChannelPattern.problem(text, LONGEST);
            requireShort(patternProblem);
            if (text.length() <= LONGEST) {
                boolean named = !ChannelName.namespace(text).contains("*");
                assertThat(patternProblem == null)
                        .isEqualTo(named && PATTERN.matcher(text).matches());
            }
        });
    }

    /** A pattern matches what the regular expression matches that it stands for; the first byte says where the name begins. */
    @FuzzTest(maxDuration = "2m")
    void matching(byte[] input) {
        if (input.length < 2) {
            return;
        }
        int split = 1 + (input[0] & 0x1f) % (input.length - 1);
        String text = letters(Arrays.copyOfRange(input, 1, Math.min(split, 1 + 24)));
        String name = letters(Arrays.copyOfRange(input, split, Math.min(input.length, split + 32)))
                .replace('*', 'a');
        if (ChannelPattern.problem(text, LONGEST) != null) {
            return;
        }
        String expression =
                Arrays.stream(text.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
        assertThat(new ChannelPattern(text).matches(name))
                .as("%s matches %s", text, name)
                .isEqualTo(Pattern.matches(expression, name));
    }

    /** Few different ones, so that texts are alike. */
    private static String letters(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (byte each : bytes) {
            text.append("ab:*".charAt(each & 3));
        }
        return text.toString();
    }

    private static void requireShort(@Nullable String problem) {
        if (problem != null) {
            assertThat(problem.length()).isLessThan(250);
            assertThat(problem.chars()).allMatch(c -> (c >= ' ' && c < 0x7f) || c == '…');
        }
    }
}
