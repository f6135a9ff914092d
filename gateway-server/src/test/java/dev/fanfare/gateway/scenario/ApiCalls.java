package dev.fanfare.gateway.scenario;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.gateway.boot.RunningGateway;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Calls of the API, each on a connection of its own. */
final class ApiCalls {
    private final RunningGateway gateway;

    ApiCalls(RunningGateway gateway) {
        this.gateway = gateway;
    }

    /** A POST of a text. */
    Reply post(String path, String body, String... headers) throws IOException {
        return post(path, body.getBytes(UTF_8), headers);
    }

    /** A POST of bytes. */
    Reply post(String path, byte[] body, String... headers) throws IOException {
        List<String> all = new ArrayList<>(List.of(headers));
        all.add("Content-Length: " + body.length);
        try (RawClient client = RawClient.to(gateway)) {
            return client.send(RawClient.request("POST", path, all.toArray(String[]::new)))
                    .send(body)
                    .readReply();
        }
    }

    /** What a method answers, which must be a result. */
    JsonNode result(String method, String params) throws IOException {
        Reply reply = post("/api/" + method, params);
        assertThat(reply.status()).as(reply.toString()).isEqualTo(200);
        assertThat(reply.header("content-type")).isEqualTo("application/json");
        assertThat(reply.json().fieldNames()).toIterable().as(reply.body()).containsExactly("result");
        return reply.json().get("result");
    }

    /** Why a method refuses, as {@code CODE MESSAGE}; its status must be 200. */
    String error(String method, String params) throws IOException {
        Reply reply = post("/api/" + method, params);
        assertThat(reply.status()).as(reply.toString()).isEqualTo(200);
        return error(reply.json());
    }

    /** The error in {@code reply}, which has nothing else, as {@code CODE MESSAGE}. */
    static String error(JsonNode reply) {
        assertThat(reply.fieldNames()).toIterable().as(reply.toString()).containsExactly("error");
        JsonNode error = reply.get("error");
        assertThat(error.get("message").asText()).isNotBlank().hasSizeLessThan(2_000);
        return error.get("code").intValue() + " " + error.get("message").asText();
    }

    /** A new SSE stream. */
    SseStream sse(String query) throws IOException {
        return SseStream.on(RawClient.to(gateway).get("/sse?" + query));
    }

    /** The data of the next event, which is one line. */
    static String nextData(SseStream stream) throws IOException {
        return stream.nextEvent().stream()
                .filter(line -> line.startsWith("data: "))
                .findFirst()
                .orElseThrow()
                .substring("data: ".length());
    }
}
