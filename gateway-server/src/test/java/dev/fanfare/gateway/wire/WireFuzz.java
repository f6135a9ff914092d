package dev.fanfare.gateway.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What publishers say must come out as data, whatever it looks like: nobody smuggles in an event, an id or a member. */
class WireFuzz {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The first line is the event's type, the rest its data. */
    @FuzzTest(maxDuration = "2m")
    void event(byte[] input) {
        String[] parts = new String(input, UTF_8).split("\n", 2);
        String type = parts[0].isEmpty() ? null : parts[0];
        String data = parts.length > 1 ? parts[1] : "";
        byte[] bytes;
        try {
            bytes = SseWire.event("k3Jd9a.4fT1c", type, data.getBytes(UTF_8));
        } catch (IllegalArgumentException refused) {
            assertThat(type).containsAnyOf("\r", "\n", "\0");
            return;
        }
        // What WHATWG HTML §9.2.6 makes of it.
        List<String> values = new ArrayList<>();
        String heard = null;
        String text = new String(bytes, UTF_8);
        assertThat(text).endsWith("\n\n");
        List<String> lines = Arrays.asList(text.split("\r\n|\n|\r", -1));
        for (String line : lines.subList(0, lines.size() - 2)) { // the empty line that ends it, and what follows that
            assertThat(line).as("an empty line would end the event").isNotEmpty();
            int colon = line.indexOf(':');
            String field = line.substring(0, colon);
            String value = line.substring(colon + 1).replaceFirst("^ ", "");
            switch (field) {
                case "data" -> values.add(value);
                case "event" -> heard = value;
                case "id" -> assertThat(value).isEqualTo("k3Jd9a.4fT1c");
                default -> throw new AssertionError("a field of its own: " + line);
            }
        }
        assertThat(heard).isEqualTo(type);
        assertThat(String.join("\n", values)).isEqualTo(data.replaceAll("\r\n|\r", "\n"));
    }

    /** The first line is the type, the second the key, the rest the data, which is text. */
    @FuzzTest(maxDuration = "2m")
    void envelope(byte[] input) throws Exception {
        String[] parts = new String(input, UTF_8).split("\n", 3);
        String data = parts.length > 2 ? parts[2] : "";
        byte[] bytes = new Envelope("chat:a", data.length())
                .at(7, "k3Jd9a")
                .text("type", parts[0])
                .text("key", parts.length > 1 ? parts[1] : null)
                .member("data", data.getBytes(UTF_8), false)
                .end();
        JsonNode read = JSON.readTree(bytes);
        assertThat(read.size()).isEqualTo(parts.length > 1 ? 6 : 5);
        assertThat(read.path("channel").textValue()).isEqualTo("chat:a");
        assertThat(read.path("offset").longValue()).isEqualTo(7);
        assertThat(read.path("type").textValue()).isEqualTo(parts[0]);
        assertThat(read.path("data").textValue()).isEqualTo(data);
    }
}
