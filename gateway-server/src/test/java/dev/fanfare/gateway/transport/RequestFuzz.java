package dev.fanfare.gateway.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.fanfare.gateway.Frugal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Bytes a client sends as HTTP/1.1, through the real pipeline. */
class RequestFuzz {
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] (\\d{3}) [ -~]*");
    private static final Pattern FIELD = Pattern.compile("([A-Za-z0-9-]+): ([ -~]*)");

    /**
     * Whatever comes: no exception, no buffer left, and every byte that is sent belongs to a well-formed response. However it is cut into
     * packets, the answers are the same.
     */
    @FuzzTest(maxDuration = "5m")
    void request(byte[] input) throws Exception {
        Frugal.within(2 * 1024 * 1024 + 3_000L * input.length, () -> {
            List<String> whole = answers(input, 2048);
            int some = input.length == 0 ? 1 : 1 + (input[input.length - 1] & 0x3f);
            assertThat(answers(input, some)).as("in pieces of " + some).isEqualTo(whole);
        });
        if (input.length < 512) {
            assertThat(answers(input, 1)).as("byte by byte").isEqualTo(answers(input, 2048));
        }
    }

    private static List<String> answers(byte[] input, int piece) {
        List<String> answers;
        try (EmbeddedGateway gateway = new EmbeddedGateway()) {
            gateway.receive(input, piece);
            answers = read(new String(gateway.sent(), ISO_8859_1));
            assertThat(gateway.held()).as("bytes that are kept of it").isLessThan(4 * 64 * 1024 + 2L * input.length);
        }
        return answers;
    }

    /** Status and body of each response; of a stream only that it began. */
    private static List<String> read(String sent) {
        List<String> answers = new ArrayList<>();
        int at = 0;
        while (at < sent.length()) {
            int end = sent.indexOf("\r\n\r\n", at);
            assertThat(end).as("the end of a head in: " + sent.substring(at)).isGreaterThan(at);
            String[] lines = sent.substring(at, end).split("\r\n", -1);
            Matcher status = STATUS.matcher(lines[0]);
            assertThat(status.matches()).as("a status line: " + lines[0]).isTrue();
            Map<String, String> fields = new HashMap<>();
            for (int i = 1; i < lines.length; i++) {
                Matcher field = FIELD.matcher(lines[i]);
                assertThat(field.matches()).as("a field: " + lines[i]).isTrue();
                String name = field.group(1).toLowerCase(Locale.ROOT);
                assertThat(fields.put(name, field.group(2)))
                        .as("another " + name)
                        .isNull();
            }
            at = end + 4;
            String length = fields.get("content-length");
            if (status.group(1).equals("204")) { // a preflight
                answers.add("204");
            } else if (length == null) {
                assertThat(status.group(1)).isIn("100", "101", "200");
                answers.add(status.group(1));
                if (!status.group(1).equals("100")) {
                    return answers; // a stream
                }
            } else if (sent.startsWith("HTTP/1.1 ", at) || at == sent.length()) { // an answer to HEAD
                answers.add(status.group(1));
            } else {
                int stop = at + Integer.parseInt(length);
                assertThat(stop).as("the end of a body").isLessThanOrEqualTo(sent.length());
                answers.add(status.group(1) + " " + sent.substring(at, stop));
                at = stop;
            }
        }
        answers.removeIf("100"::equals); // not sent when the body is there already
        return answers;
    }
}
