package dev.fanfare.gateway.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads what a server sent over HTTP/1.1, more strictly than any client would. */
final class Answers {
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] (\\d{3}) [ -~]*");
    private static final Pattern FIELD = Pattern.compile("([A-Za-z0-9-]+): ([ -~]*)");

    private Answers() {}

    /** Status and body of each response; of a stream only that it began. */
    static List<String> read(String sent) {
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
