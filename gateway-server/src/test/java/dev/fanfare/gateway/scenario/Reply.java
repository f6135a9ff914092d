package dev.fanfare.gateway.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * An HTTP response as it came.
 *
 * @param version for example {@code HTTP/1.1}
 * @param headers by lower-case name
 */
record Reply(String version, int status, Map<String, List<String>> headers, String body) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The one value of a header, or null; more than one fails the test. */
    String header(String name) {
        List<String> values = headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
        assertThat(values).as("values of " + name).hasSizeLessThan(2);
        return values.isEmpty() ? null : values.get(0);
    }

    JsonNode json() {
        return parse(body);
    }

    static JsonNode parse(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException broken) {
            throw new AssertionError("not JSON: " + text, broken);
        }
    }

    /** Checks that this is a problem reply as every one of ours must be, and returns its detail. */
    String problem(int expected) {
        assertThat(status).as("status of " + this).isEqualTo(expected);
        assertThat(header("content-type")).isEqualTo("application/problem+json");
        JsonNode problem = json();
        assertThat(problem.get("status").asInt()).isEqualTo(expected);
        assertThat(problem.get("title").asText()).isNotBlank();
        assertThat(problem.get("detail").asText()).isNotBlank();
        assertThat(body.getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(2_500);
        return problem.get("detail").asText();
    }
}
