package dev.fanfare.gateway.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.gateway.boot.RunningGateway;
import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** CloudEvents 1.0 over HTTP: structured, batched and binary, at {@code /cloudevents} and at {@code /publish/CHANNEL}. */
class PublishApiCloudEventsTest {
    private static final String STRUCTURED = "Content-Type: application/cloudevents+json; charset=UTF-8";
    private static final String BATCHED = "Content-Type: application/cloudevents-batch+json";

    @RegisterExtension
    static final Gateways gateways = new Gateways();

    private ApiCalls api;

    @BeforeEach
    void start() {
        RunningGateway gateway =
                gateways.start("ticker.source=off", "namespaces.closed.publish=nobody", "api.max-batch=9");
        api = new ApiCalls(gateway);
    }

    /** An event of {@code source} with more members, each beginning with a comma. */
    private static String event(String source, String more) {
        return "{\"specversion\":\"1.0\",\"id\":\"1\",\"type\":\"com.example.note\",\"source\":\"%s\"%s}"
                .formatted(source, more);
    }

    private JsonNode history(String channel) throws IOException {
        return api.result("history", "{\"channel\":\"%s\",\"limit\":-1}".formatted(channel))
                .get("publications");
    }

    private String onlyData(String channel) throws IOException {
        JsonNode publications = history(channel);
        assertThat(publications).hasSize(1);
        assertThat(publications.get(0).get("type").asText()).isEqualTo("com.example.note");
        return publications.get(0).get("data").toString();
    }

    private Reply binary(String path, String body, String... more) throws IOException {
        String[] headers = new String[4 + more.length];
        System.arraycopy(
                new String[] {"ce-specversion: 1.0", "ce-id: 1", "CE-Type: com.example.note", "Ce-Source: chat:a"},
                0,
                headers,
                0,
                4);
        System.arraycopy(more, 0, headers, 4, more.length);
        return api.post(path, body, headers);
    }

    @Test
    void aStructuredEventGoesToTheChannelOfItsSubjectWithItsTypeAsTheSseEvent() throws Exception {
        try (SseStream stream = api.sse("channels=chat:a")) {
            await().untilAsserted(() -> assertThat(
                            api.result("info", "").at("/nodes/0/num_channels").intValue())
                    .isEqualTo(1));
            Reply reply = api.post(
                    "/cloudevents",
                    event("//example.com/x y", ",\"subject\":\"chat:a\",\"data\":{\"text\":\"hello\"},\"myext\":7"),
                    STRUCTURED);
            assertThat(reply.status()).as(reply.toString()).isEqualTo(200);
            assertThat(reply.json().get("offset").intValue()).isEqualTo(1);
            assertThat(stream.nextEvent()).contains("event: com.example.note", "data: {\"text\":\"hello\"}");
        }
    }

    @Test
    void withoutASubjectTheSourceIsTheChannelAndAtPublishThePathIs() throws Exception {
        assertThat(api.post("/cloudevents", event("/sensors/7", ",\"data\":1"), STRUCTURED)
                        .status())
                .isEqualTo(200);
        assertThat(onlyData("/sensors/7")).isEqualTo("1");
        assertThat(api.post("/publish/chat:b", event("/sensors/7", ",\"subject\":\"a b\",\"data\":2"), STRUCTURED)
                        .status())
                .isEqualTo(200);
        assertThat(onlyData("chat:b")).isEqualTo("2");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                ",\"data\":\"text\"                                                   | \"text\"",
                ",\"data\":null                                                       | null",
                "``                                                                   | null",
                ",\"datacontenttype\":\"text/plain\",\"data\":\"7\"                   | \"7\"",
                ",\"datacontenttype\":\"application/vnd.x+json; v=1\",\"data\":\"7\"  | \"7\"",
                ",\"datacontenttype\":\"text/plain\",\"data\":{\"a\":1.50}            | {\"a\":1.50}",
                ",\"datacontenttype\":\"Application/JSON\",\"data_base64\":\"eyJhIjoxfQ==\" | {\"a\":1}",
                ",\"datacontenttype\":\"text/plain\",\"data_base64\":\"eyJhIjoxfQ==\" | \"{\\\"a\\\":1}\"",
                ",\"data_base64\":\"eyJhIjoxfQ==\"                                    | {\"a\":1}",
                ",\"data_base64\":\"w7w=\"                                            | \"ü\"",
            })
    void theDataIsWhatItsContentTypeSays(String more, String expected) throws Exception {
        Reply reply = api.post("/cloudevents", event("chat:a", more), STRUCTURED);
        assertThat(reply.status()).as(reply.toString()).isEqualTo(200);
        assertThat(Reply.parse(onlyData("chat:a"))).isEqualTo(Reply.parse(expected));
    }

    @Test
    void theSameEventOfTheSameSourceIsPublishedOnce() throws Exception {
        String event = event("chat:a", ",\"data\":1");
        JsonNode first = api.post("/cloudevents", event, STRUCTURED).json();
        assertThat(api.post("/cloudevents", event, STRUCTURED).json()).isEqualTo(first);
        assertThat(binary("/cloudevents", "1").json()).isEqualTo(first);
        assertThat(api.post("/publish/chat:a", event.replace("\"1\"", "\"2\""), STRUCTURED)
                        .json()
                        .get("offset")
                        .intValue())
                .isEqualTo(2);
        String longId = event.replace("\"1\"", "\"" + "i".repeat(5_000) + "\"");
        JsonNode third = api.post("/cloudevents", longId, STRUCTURED).json();
        assertThat(third.get("offset").intValue()).isEqualTo(3);
        assertThat(api.post("/cloudevents", longId, STRUCTURED).json()).isEqualTo(third);
    }

    @Test
    void aBatchHasAnOutcomeForEachEvent() throws Exception {
        String good = event("chat:a", ",\"data\":1");
        Reply reply = api.post(
                "/cloudevents",
                "[%s,%s,%s,7,%s]"
                        .formatted(
                                good,
                                event("a b", ",\"data\":1"),
                                event("closed:a", ",\"data\":1"),
                                good.replace("\"1\"", "\"2\"")),
                BATCHED);
        assertThat(reply.status()).isEqualTo(200);
        JsonNode outcomes = reply.json();
        assertThat(outcomes).hasSize(5);
        assertThat(outcomes.at("/0/result/offset").intValue()).isEqualTo(1);
        assertThat(ApiCalls.error(outcomes.get(1))).startsWith("107 ").contains("a?b");
        assertThat(ApiCalls.error(outcomes.get(2))).startsWith("103 ");
        assertThat(ApiCalls.error(outcomes.get(3))).startsWith("107 ");
        assertThat(outcomes.at("/4/result/offset").intValue()).isEqualTo(2);

        assertThat(api.post("/publish/chat:b", "[" + good + "]", BATCHED)
                        .json()
                        .at("/0/result/offset")
                        .intValue())
                .isEqualTo(1);
        assertThat(api.post("/cloudevents", "[]", BATCHED).body()).isEqualTo("[]");
        assertThat(api.post("/cloudevents", good, BATCHED).problem(400)).contains("list");
        assertThat(api.post("/cloudevents", "[" + "1,".repeat(9) + "1]", BATCHED)
                        .problem(400))
                .contains("9");
    }

    @Test
    void aBinaryEventHasItsAttributesInHeadersAndItsDataInTheBody() throws Exception {
        Reply reply = binary("/cloudevents", "{\"a\":1}", "Content-Type: application/json");
        assertThat(reply.status()).as(reply.toString()).isEqualTo(200);
        assertThat(onlyData("chat:a")).isEqualTo("{\"a\":1}");
        assertThat(binary("/publish/chat:b", "7", "Content-Type: text/plain").status())
                .isEqualTo(200);
        assertThat(onlyData("chat:b")).isEqualTo("\"7\"");
        assertThat(binary("/publish/chat:c", "7").status()).isEqualTo(200);
        assertThat(onlyData("chat:c")).as("no type: JSON, because it is").isEqualTo("7");
        assertThat(binary("/publish/chat:d", "").status()).isEqualTo(200);
        assertThat(onlyData("chat:d")).as("no data").isEqualTo("null");
        assertThat(binary("/publish/chat:e", "{", "Content-Type: application/json")
                        .problem(400))
                .contains("not JSON");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "chat:%7A            | chat:z",
                "chat:%2f            | chat:/",
                "\"chat:q\"          | chat:q",
                "\"ch\\at:q\"        | chat:q",
                "\"chat:%7A\"        | chat:z",
            })
    void headersAreUnquotedAndUnescaped(String subject, String channel) throws Exception {
        assertThat(binary("/cloudevents", "1", "ce-subject: " + subject).status())
                .isEqualTo(200);
        assertThat(onlyData(channel)).isEqualTo("1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"%C0%A0", "%ff", "chat:%zz", "chat:%", "%20", "%0a"})
    void aSubjectThatIsNoChannelIsRefused(String subject) throws Exception {
        binary("/cloudevents", "1", "ce-subject: " + subject).problem(400);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"id\":\"1\",\"source\":\"a\",\"type\":\"t\"}                            | specversion",
                "{\"specversion\":\"0.3\",\"id\":\"1\",\"source\":\"a\",\"type\":\"t\"}    | 1.0",
                "{\"specversion\":1.0,\"id\":\"1\",\"source\":\"a\",\"type\":\"t\"}        | specversion",
                "{\"specversion\":\"1.0\",\"source\":\"a\",\"type\":\"t\"}                 | 'id'",
                "{\"specversion\":\"1.0\",\"id\":\"\",\"source\":\"a\",\"type\":\"t\"}     | 'id'",
                "{\"specversion\":\"1.0\",\"id\":\"1\",\"type\":\"t\"}                     | 'source'",
                "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"a\"}                   | 'type'",
                "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"a\",\"type\":\"a\\nb\"} | 'type'",
                "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"a b\",\"type\":\"t\"}  | a?b",
                "[]                                                                        | object",
                "{                                                                         | not JSON",
                "``                                                                        | object",
            })
    void anEventThatIsNoneIsToldWhat(String body, String words) throws Exception {
        assertThat(api.post("/cloudevents", body, STRUCTURED).problem(400)).contains(words);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                ",\"data\":1,\"data_base64\":\"eA==\"                            | both",
                ",\"data_base64\":\"/w==\"                                       | UTF-8",
                ",\"data_base64\":\"%\"                                          | base 64",
                ",\"data_base64\":7                                              | data_base64",
                ",\"datacontenttype\":\"application/json\",\"data_base64\":\"eA==\" | not JSON",
                ",\"datacontenttype\":7,\"data\":1                               | datacontenttype",
                ",\"subject\":7,\"data\":1                                       | subject",
                ",\"id\":\"2\"                                                   | stands twice",
            })
    void dataThatCannotBeIsToldWhat(String more, String words) throws Exception {
        assertThat(api.post("/cloudevents", event("chat:a", more), STRUCTURED).problem(400))
                .contains(words);
        assertThat(history("chat:a")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/cloudevents+avro",
                "application/cloudevents",
                "application/cloudevents-batch+protobuf",
                "application/json",
                "text/plain"
            })
    void anotherFormatIsUnsupported(String type) throws Exception {
        assertThat(api.post("/cloudevents", event("chat:a", ""), "Content-Type: " + type)
                        .problem(415))
                .contains("application/cloudevents+json");
    }

    @Test
    void aNamespaceThatNobodyMayPublishToTakesNoEventEither() throws Exception {
        api.post("/cloudevents", event("closed:a", ",\"data\":1"), STRUCTURED).problem(403);
        binary("/publish/closed:a", "1").problem(403);
    }
}
