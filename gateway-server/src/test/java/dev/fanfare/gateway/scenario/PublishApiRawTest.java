package dev.fanfare.gateway.scenario;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code /publish/CHANNEL} and {@code /api/bulk}. */
class PublishApiRawTest {
    @RegisterExtension
    static final Gateways gateways = new Gateways();

    private static ApiCalls start(String... settings) {
        List<String> all = new ArrayList<>(List.of(settings));
        all.add("ticker.source=off");
        return new ApiCalls(gateways.start(all.toArray(String[]::new)));
    }

    private static List<JsonNode> lines(Reply reply) {
        assertThat(reply.status()).as(reply.toString()).isEqualTo(200);
        assertThat(reply.header("content-type")).isEqualTo("application/x-ndjson");
        assertThat(reply.body()).matches("(?s)(|.*\n)");
        return reply.body().lines().map(Reply::parse).toList();
    }

    private static String newest(ApiCalls api, String channel) throws IOException {
        JsonNode publications = api.result("history", "{\"channel\":\"%s\",\"limit\":-1}".formatted(channel))
                .get("publications");
        return publications.get(publications.size() - 1).toString();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "any text          | \"any text\"",
                "{\"a\":1}         | {\"a\":1}",
                "{\"a\":1,\"a\":2} | {\"a\":1,\"a\":2}",
                "[1, 2]            | [1,2]",
                "\"quoted\"        | \"quoted\"",
                "12                | 12",
                "12 13             | \"12 13\"",
                "{broken           | \"{broken\"",
                "NaN               | \"NaN\"",
                "``                | \"\"",
                "über 😀           | \"über 😀\"",
            })
    void theBodyIsTheDataAsJsonIfItIsJsonAndElseAsText(String body, String expected) throws Exception {
        ApiCalls api = start();
        Reply reply = api.post("/publish/chat:a", body);
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.json().get("offset").intValue()).isEqualTo(1);
        assertThat(reply.json().get("epoch").asText()).isNotBlank();
        assertThat(api.post("/api/history", "{\"channel\":\"chat:a\",\"limit\":1}")
                        .json()
                        .at("/result/publications/0/data"))
                .isEqualTo(Reply.parse(expected));
    }

    @Test
    void typeKeyAndEscapedNamesComeThrough() throws Exception {
        ApiCalls api = start();
        assertThat(api.post("/publish/chat:a%2Fb%40c?type=note&key=k%201", "x").status())
                .isEqualTo(200);
        assertThat(newest(api, "chat:a/b@c"))
                .isEqualTo("{\"offset\":1,\"data\":\"x\",\"type\":\"note\",\"key\":\"k 1\"}");
        assertThat(api.post("/publish/chat:a/b@c?type=&key=", "y", "Idempotency-Key: ")
                        .status())
                .as("empty ones are none")
                .isEqualTo(200);
        assertThat(newest(api, "chat:a/b@c")).isEqualTo("{\"offset\":2,\"data\":\"y\"}");
    }

    @Test
    void aTextOfSeveralLinesArrivesAsSeveralDataLines() throws Exception {
        ApiCalls api = start();
        try (SseStream stream = api.sse("channels=chat:a")) {
            await().untilAsserted(() -> assertThat(
                            api.result("info", "").at("/nodes/0/num_channels").intValue())
                    .isEqualTo(1));
            api.post("/publish/chat:a?type=poem", "one\ntwo\r\nthree");
            assertThat(stream.nextEvent()).containsSubsequence("event: poem", "data: one", "data: two", "data: three");
        }
    }

    @Test
    void dataThatIsNoTextIsRefused() throws Exception {
        ApiCalls api = start();
        assertThat(api.post("/publish/chat:a", new byte[] {(byte) 0xff, 0}).problem(400))
                .contains("UTF-8");
        assertThat(api.post("/publish/chat:a", new byte[] {'{', 0, '}', 0}).status())
                .as("NUL is a character, but no JSON")
                .isEqualTo(200);
        assertThat(newest(api, "chat:a")).contains("\\u0000");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/publish/              | x     | 400 | empty",
                "/publish/a%20b         | x     | 400 | not allowed",
                "/publish/a:*           | x     | 400 | not allowed",
                "/publish/a?type=a%0ab  | x     | 400 | type",
                "/publish/closed:a      | x     | 403 | closed:a",
                "/publish/tiny:a        | 12345 | 413 | 5 bytes",
            })
    void whatCannotBePublishedIsAProblem(String path, String body, int status, String words) throws Exception {
        ApiCalls api = start("namespaces.closed.publish=nobody", "namespaces.tiny.max-payload=4B");
        assertThat(api.post(path, body).problem(status)).contains(words);
    }

    @Test
    void eachLineOfABulkHasItsOwnResultInOrderAndWrongOnesDoNotStopTheRest() throws Exception {
        ApiCalls api = start("namespaces.closed.publish=nobody", "namespaces.tiny.max-payload=4B");
        List<JsonNode> lines = lines(api.post("/api/bulk", """
                {"channel":"chat:a","data":1}
                not JSON

                {"channel":"chat:a","data":{"n":2},"type":"t","key":"k"}\r
                \r
                []
                {"data":1}
                {"channel":"no name","data":1}
                {"channel":"closed:a","data":1}
                {"channel":"tiny:a","data":12345}
                {"channel":"chat:a","data":3} {}
                {"channel":"chat:a","data":1,"data":2}
                 \s
                {"channel":"chat:b","data":4}"""));

        assertThat(lines).hasSize(12);
        assertThat(lines.get(0).at("/result/offset").intValue()).isEqualTo(1);
        assertThat(lines.get(2).at("/result/offset").intValue()).isEqualTo(2);
        assertThat(lines.get(11).at("/result/offset").intValue()).isEqualTo(1);
        for (int wrong : List.of(1, 3, 4, 5, 8, 9, 10)) {
            assertThat(ApiCalls.error(lines.get(wrong))).startsWith("107 ");
        }
        assertThat(ApiCalls.error(lines.get(6))).startsWith("103 ");
        assertThat(ApiCalls.error(lines.get(7))).startsWith("106 ");
        assertThat(newest(api, "chat:a")).isEqualTo("{\"offset\":2,\"data\":{\"n\":2},\"type\":\"t\",\"key\":\"k\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "\n\r\n\n"})
    void aBulkOfNothingIsAnsweredWithNothing(String body) throws Exception {
        assertThat(lines(start().post("/api/bulk", body))).isEmpty();
    }

    @Test
    void aBulkOfTooManyLinesIsRefusedWholeAndOneOfExactlyAsManyIsNot() throws Exception {
        ApiCalls api = start("api.max-batch=3");
        String line = "{\"channel\":\"chat:a\",\"data\":1}\n";
        assertThat(api.post("/api/bulk", line.repeat(4)).problem(400)).contains("api.max-batch");
        assertThat(lines(api.post("/api/bulk", line.repeat(3) + "\n"))).hasSize(3);
        assertThat(api.result("history", "{\"channel\":\"chat:a\"}")
                        .get("offset")
                        .intValue())
                .isEqualTo(3);
    }

    @Test
    void tenThousandPublicationsInOneCallDoNotHoldUpTheOthersOfTheirLoop() throws Exception {
        var gateway = gateways.start("ticker.source=off", "http.max-body=16MiB", "server.workers=1");
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 10_000; i++) {
            lines.append(
                    "{\"channel\":\"c:%d\",\"data\":{\"n\":%d,\"pad\":\"%s\"}}\n".formatted(i, i, "x".repeat(256)));
        }
        byte[] body = lines.toString().getBytes(UTF_8);
        try (RawClient bulk = RawClient.to(gateway);
                RawClient other = RawClient.to(gateway)) {
            bulk.send(RawClient.request("POST", "/api/bulk", "Content-Length: " + body.length))
                    .send(body);
            assertThat(other.get("/health/live").readReply().status()).isEqualTo(200);
            List<JsonNode> replies = lines(bulk.readReply());
            assertThat(replies).hasSize(10_000);
            assertThat(replies).allMatch(reply -> reply.at("/result/offset").intValue() > 0);
        }
    }
}
