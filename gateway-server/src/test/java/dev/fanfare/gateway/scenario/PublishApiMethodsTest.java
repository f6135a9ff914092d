package dev.fanfare.gateway.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every method of the API, as a backend calls it, and what subscribers see of it. */
class PublishApiMethodsTest {
    private static final String QUIET = "ticker.source=off";

    @RegisterExtension
    static final Gateways gateways = new Gateways();

    private static ApiCalls start(String... settings) {
        List<String> all = new ArrayList<>(List.of(settings));
        all.add(QUIET);
        return new ApiCalls(gateways.start(all.toArray(String[]::new)));
    }

    /** Waits until the gateway knows so many channels: a stream's subscription takes effect after its head came. */
    private static void awaitSubscriptions(ApiCalls api, int count) {
        await().untilAsserted(() -> assertThat(
                        api.result("info", "{}").at("/nodes/0/num_channels").intValue())
                .isEqualTo(count));
    }

    /** The id of the one client that is subscribed to {@code channel}. */
    private static String clientOf(ApiCalls api, String channel) throws IOException {
        String asked = "{\"channel\":\"%s\"}".formatted(channel);
        await().untilAsserted(() ->
                assertThat(api.result("presence", asked).get("presence")).hasSize(1));
        return api.result("presence", asked).get("presence").fieldNames().next();
    }

    @Test
    void whatIsPublishedReachesASubscriberWithItsTypeAndTakesTheNextOffset() throws Exception {
        ApiCalls api = start();
        try (SseStream stream = api.sse("channels=chat:a")) {
            awaitSubscriptions(api, 1);
            JsonNode first =
                    api.result("publish", "{\"channel\":\"chat:a\",\"type\":\"note\",\"data\":{\"text\":\"hello\"}}");
            JsonNode second = api.result("publish", "{\"channel\":\"chat:a\",\"data\":[1,\"ü\"]}");

            assertThat(stream.nextEvent()).contains("event: note", "data: {\"text\":\"hello\"}");
            assertThat(stream.nextEvent()).contains("data: [1,\"ü\"]").doesNotContain("event: note");
            assertThat(first.get("offset").longValue()).isEqualTo(1);
            assertThat(second.get("offset").longValue()).isEqualTo(2);
            assertThat(first.get("epoch").asText())
                    .matches("\\w{6}")
                    .isEqualTo(second.get("epoch").asText());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "true",
                "\"text\"",
                "[]",
                "{}",
                "0",
                "-17",
                "123456789012345678901234567890",
                "0.1234567890123456789012345678901234567890",
                "1.0",
                "1.50E-7",
                "\"\\uD800\"",
                "{\"a\":[{\"b\":{}}],\"\":1}",
                "\"\\u0000\\n\\\\ \\\"\"",
                "1E400",
                "1.0e+5",
                "-0",
                "{\"a\":1,\"a\":2}",
                "{ \"a\" : [ 1 ,2 ] }",
                "\"\\u00fc\\/ü\\uD83D\\ude00\"",
            })
    void anyJsonValueComesOutAsItWentIn(String data) throws Exception {
        ApiCalls api = start();
        api.result("publish", "{\"channel\":\"chat:a\",\"data\":" + data + "}");
        Reply reply = api.post("/api/history", "{\"channel\":\"chat:a\",\"limit\":1}");
        assertThat(reply.body()).contains("\"data\":" + data + "}");
    }

    @Test
    void libraryFieldsThatAreNullDoNotCount() throws Exception {
        ApiCalls api = start();
        api.result(
                "publish",
                "{\"channel\":\"chat:a\",\"data\":null,\"b64data\":\"eA==\",\"type\":null,\"tags\":null,\"skip_history\":false}");
        api.result("publish", "{\"data\":[1],\"b64data\":\"\",\"idempotency_key\":\"\",\"channel\":\"chat:a\"}");
        JsonNode history =
                api.result("history", "{\"channel\":\"chat:a\",\"limit\":-1,\"since\":null,\"reverse\":false}");
        assertThat(history.findValues("data").toString()).isEqualTo("[\"x\", [1]]");
    }

    @Test
    void aBase64TextIsPublishedAsText() throws Exception {
        ApiCalls api = start();
        api.result("publish", "{\"channel\":\"chat:a\",\"b64data\":\"bGluZSAxCmxpbmUgMg==\"}");
        JsonNode history = api.result("history", "{\"channel\":\"chat:a\",\"limit\":-1}");
        assertThat(history.at("/publications/0/data").asText()).isEqualTo("line 1\nline 2");
    }

    @Test
    void anIdempotencyKeyPublishesOncePerChannelHoweverOftenItIsSent() throws Exception {
        ApiCalls api = start();
        String once = "\"data\":1,\"idempotency_key\":\"k\"}";
        JsonNode first = api.result("publish", "{\"channel\":\"chat:a\"," + once);
        assertThat(api.result("publish", "{\"channel\":\"chat:a\"," + once)).isEqualTo(first);
        assertThat(api.result("broadcast", "{\"channels\":[\"chat:a\",\"chat:b\"]," + once)
                        .toString())
                .contains("\"offset\":1")
                .doesNotContain("\"offset\":2");
        assertThat(api.post("/publish/chat:a", "1", "Idempotency-Key: k").json())
                .isEqualTo(first);
        assertThat(api.post("/publish/chat:a", "1", "Idempotency-Key: l")
                        .json()
                        .get("offset")
                        .intValue())
                .isEqualTo(2);
        assertThat(api.result("history", "{\"channel\":\"chat:a\",\"limit\":-1}")
                        .get("publications"))
                .hasSize(2);
    }

    @Test
    void aBroadcastHasAnOutcomeOfItsOwnForEachChannel() throws Exception {
        ApiCalls api = start("namespaces.closed.publish=nobody", "namespaces.tiny.max-payload=2B");
        JsonNode responses = api.result(
                        "broadcast",
                        "{\"channels\":[\"chat:a\",\"no name\",7,\"closed:x\",\"tiny:x\",\"\",\"chat:b\",\"chat:a\"],\"data\":\"hello\"}")
                .get("responses");

        assertThat(responses).hasSize(8);
        assertThat(responses.at("/0/result/offset").intValue()).isEqualTo(1);
        assertThat(ApiCalls.error(responses.get(1))).startsWith("107 ").contains("no?name");
        assertThat(ApiCalls.error(responses.get(2))).startsWith("107 ");
        assertThat(ApiCalls.error(responses.get(3))).startsWith("103 ").contains("closed:x");
        assertThat(ApiCalls.error(responses.get(4))).startsWith("106 ").contains("7 bytes", "2");
        assertThat(ApiCalls.error(responses.get(5))).startsWith("107 ");
        assertThat(responses.at("/6/result/offset").intValue()).isEqualTo(1);
        assertThat(responses.at("/7/result/offset").intValue()).isEqualTo(2);
    }

    @Test
    void aBatchCarriesOutItsCommandsInOrderAndOneErrorDoesNotStopTheOthers() throws Exception {
        ApiCalls api = start();
        Reply reply = api.post("/api/batch", """
                {"commands":[
                  {"publish":{"channel":"chat:a","data":1}},
                  {"history":{"channel":"chat:a","limit":-1}},
                  {"publish":{"channel":"no name","data":1}},
                  {"history_remove":{"channel":"chat:a"}},
                  {"history":{"channel":"chat:a","limit":-1}},
                  {"broadcast":{"channels":["chat:b"],"data":2}},
                  {"batch":{"commands":[]}},
                  {"nothing":{}},
                  {"publish":7},
                  {"publish":{},"history":{}},
                  7,
                  {}]}
                """);

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.json().fieldNames()).toIterable().containsExactly("replies");
        JsonNode replies = reply.json().get("replies");
        assertThat(replies).hasSize(12);
        assertThat(replies.at("/0/publish/offset").intValue()).isEqualTo(1);
        assertThat(replies.at("/1/history/publications")).hasSize(1);
        assertThat(ApiCalls.error(replies.get(2))).startsWith("107 ");
        assertThat(replies.get(3).toString()).isEqualTo("{\"history_remove\":{}}");
        assertThat(replies.at("/4/history/publications")).isEmpty();
        assertThat(replies.at("/4/history/offset").intValue()).isEqualTo(1);
        assertThat(replies.at("/5/broadcast/responses/0/result/offset").intValue())
                .isEqualTo(1);
        assertThat(ApiCalls.error(replies.get(7))).startsWith("104 ");
        for (int wrong : List.of(6, 8, 9, 10, 11)) {
            assertThat(ApiCalls.error(replies.get(wrong))).startsWith("107 ");
        }
        assertThat(api.post("/api/batch", "{\"commands\":[]}").body()).isEqualTo("{\"replies\":[]}");
    }

    @Test
    void historyTellsThePositionOrWhatIsKeptOrWhatFollowsAPosition() throws Exception {
        ApiCalls api = start("channels.history-size=3");
        for (int i = 1; i <= 5; i++) {
            api.result("publish", "{\"channel\":\"chat:a\",\"key\":\"k\",\"type\":\"t\",\"data\":" + i + "}");
        }
        JsonNode position = api.result("history", "{\"channel\":\"chat:a\"}");
        String epoch = position.get("epoch").asText();
        assertThat(position.get("publications")).isEmpty();
        assertThat(position.get("offset").intValue()).isEqualTo(5);

        assertThat(api.result("history", "{\"channel\":\"chat:a\",\"limit\":-1}")
                        .get("publications")
                        .toString())
                .isEqualTo("[{\"offset\":3,\"data\":3,\"type\":\"t\",\"key\":\"k\"},"
                        + "{\"offset\":4,\"data\":4,\"type\":\"t\",\"key\":\"k\"},"
                        + "{\"offset\":5,\"data\":5,\"type\":\"t\",\"key\":\"k\"}]");
        String since = "{\"channel\":\"chat:a\",\"limit\":%d,\"since\":{\"offset\":%d,\"epoch\":\"%s\"}}";
        JsonNode next = api.result("history", since.formatted(1, 3, epoch));
        assertThat(next.findValuesAsText("data")).containsExactly("4");
        assertThat(next.has("complete")).isFalse();
        assertThat(api.result("history", since.formatted(-1, 1, epoch))
                        .get("complete")
                        .booleanValue())
                .as("2 is gone")
                .isFalse();
        assertThat(api.result("history", since.formatted(-1, 3, "other"))
                        .get("complete")
                        .booleanValue())
                .isFalse();
    }

    @Test
    void aLongHistoryComesWholeAndInOrder() throws Exception {
        ApiCalls api = start("channels.history-size=2000", "http.max-body=1MiB");
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 2_000; i++) {
            lines.append("{\"channel\":\"chat:a\",\"data\":{\"n\":%d,\"pad\":\"%s\"}}\n".formatted(i, "x".repeat(100)));
        }
        assertThat(api.post("/api/bulk", lines.toString()).body().lines()).hasSize(2_000);
        JsonNode publications =
                api.result("history", "{\"channel\":\"chat:a\",\"limit\":-1}").get("publications");
        assertThat(publications).hasSize(2_000);
        for (int i = 0; i < 2_000; i++) {
            assertThat(publications.get(i).at("/data/n").intValue()).isEqualTo(i);
        }
    }

    @Test
    void aHistoryOfManyBytesIsCutAndTheCallerGoesOnBehindIt() throws Exception {
        ApiCalls api = start("channels.history-size=200", "channels.max-payload=64KiB");
        String data = "\"" + "x".repeat(60_000) + "\"";
        for (int i = 0; i < 100; i++) {
            api.post("/publish/chat:a", data);
        }
        JsonNode first = api.result("history", "{\"channel\":\"chat:a\",\"limit\":-1}");
        assertThat(first.get("publications")).hasSize((1 << 20) / 60_034);
        assertThat(first.get("truncated").booleanValue()).isTrue();
        assertThat(first.get("offset").intValue()).isEqualTo(100);
        JsonNode next = api.result(
                "history",
                "{\"channel\":\"chat:a\",\"limit\":-1,\"since\":{\"offset\":%d,\"epoch\":\"%s\"}}"
                        .formatted(90, first.get("epoch").asText()));
        assertThat(next.at("/publications/0/offset").intValue()).isEqualTo(91);
        assertThat(next.get("publications")).hasSize(10);
        assertThat(next.has("truncated")).isFalse();

        String ask = "{\"history\":{\"channel\":\"chat:a\",\"limit\":-1}},";
        JsonNode replies = api.post("/api/batch", "{\"commands\":[" + ask.repeat(99) + "{\"info\":{}}]}")
                .json()
                .get("replies");
        assertThat(replies).hasSize(100);
        assertThat(replies.at("/0/history/publications")).as("no room").isEmpty();
        assertThat(replies.at("/0/history/offset").intValue()).isEqualTo(100);
        assertThat(replies.at("/98/history/truncated").booleanValue()).isTrue();
        JsonNode scans = api.post("/api/batch", "{\"commands\":[{\"channels\":{}},{\"channels\":{}}]}")
                .json()
                .get("replies");
        assertThat(scans.at("/0/channels/channels").has("chat:a")).isTrue();
        assertThat(ApiCalls.error(scans.get(1))).startsWith("107 ").contains("once");
    }

    @Test
    void publicationsOfABatchAreBoundedTogether() throws Exception {
        ApiCalls api = start("api.max-batch=5");
        String publish = "{\"publish\":{\"channel\":\"chat:a\",\"data\":1}},";
        String broadcast = "{\"broadcast\":{\"channels\":[\"chat:a\",\"chat:b\"],\"data\":1}},";
        JsonNode replies = api.post(
                        "/api/batch",
                        "{\"commands\":[" + publish.repeat(2) + broadcast.repeat(2) + publish + "{\"info\":{}}]}")
                .json()
                .get("replies");
        assertThat(replies.at("/2/broadcast/responses")).hasSize(2);
        assertThat(ApiCalls.error(replies.get(3))).startsWith("107 ").contains("api.max-batch");
        assertThat(ApiCalls.error(replies.get(4))).startsWith("107 ");
        assertThat(replies.get(5).has("info")).isTrue();
    }

    @Test
    void historyRemoveForgetsWhatIsKeptAndTheNumberingGoesOn() throws Exception {
        ApiCalls api = start();
        api.result("publish", "{\"channel\":\"chat:a\",\"data\":1}");
        assertThat(api.result("history_remove", "{\"channel\":\"chat:a\"}")).isEmpty();
        assertThat(api.result("history", "{\"channel\":\"chat:a\",\"limit\":-1}")
                        .get("publications"))
                .isEmpty();
        assertThat(api.result("publish", "{\"channel\":\"chat:a\",\"data\":2}")
                        .get("offset")
                        .intValue())
                .isEqualTo(2);
        assertThat(api.result("history_remove", "{\"channel\":\"never:seen\"}")).isEmpty();
    }

    @Test
    void channelsAreListedByPatternAndTheListIsBounded() throws Exception {
        ApiCalls api = start();
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 1_001; i++) {
            lines.append("{\"channel\":\"many:").append(i).append("\",\"data\":0}\n");
        }
        api.post("/api/bulk", lines + "{\"channel\":\"few:b\",\"data\":0}\n{\"channel\":\"few:a\",\"data\":0}");

        assertThat(api.result("channels", "{\"pattern\":\"few:*\"}").toString())
                .isEqualTo("{\"channels\":{\"few:a\":{},\"few:b\":{}}}");
        JsonNode many = api.result("channels", "{\"pattern\":\"many:*\"}");
        assertThat(many.get("channels")).hasSize(1_000);
        assertThat(many.get("truncated").booleanValue()).isTrue();
        assertThat(api.result("channels", "").get("channels")).hasSize(1_000);
        assertThat(api.result("channels", "{\"pattern\":\"many:1*\"}").has("truncated"))
                .isFalse();
        assertThat(api.result("channels", "{\"pattern\":\"other:*\"}").get("channels"))
                .isEmpty();
    }

    @Test
    void presenceTellsWhoIsThereAndHowMany() throws Exception {
        ApiCalls api = start("namespaces.room.presence=true");
        String room = "{\"channel\":\"room:1\"}";
        assertThat(api.result("presence", room).get("presence")).isEmpty();
        try (SseStream one = api.sse("channels=room:1");
                SseStream other = api.sse("channels=room:1,chat:x")) {
            await().untilAsserted(() -> assertThat(api.result("presence_stats", room)
                            .get("num_clients")
                            .intValue())
                    .isEqualTo(2));
            JsonNode present = api.result("presence", room).get("presence");
            present.properties().forEach(each -> {
                assertThat(each.getValue().get("client").asText()).isEqualTo(each.getKey());
                assertThat(each.getValue().get("user").asText()).isEmpty();
            });
            assertThat(present).hasSize(2);
            assertThat(one.head().status()).isEqualTo(other.head().status());
        }
        await().untilAsserted(() -> assertThat(
                        api.result("presence_stats", room).get("num_clients").intValue())
                .isZero());
    }

    @Test
    void aConnectionIsSubscribedUnsubscribedAndDisconnectedByItsClientId() throws Exception {
        ApiCalls api = start("namespaces.room.presence=true");
        try (SseStream stream = api.sse("channels=room:1")) {
            String client = clientOf(api, "room:1");
            String news = "{\"client\":\"%s\",\"channel\":\"news:a\"}".formatted(client);

            assertThat(api.result("subscribe", news)).isEmpty();
            assertThat(api.result("subscribe", news)).as("again").isEmpty();
            api.result("publish", "{\"channel\":\"news:a\",\"data\":\"one\"}");
            assertThat(ApiCalls.nextData(stream)).isEqualTo("\"one\"");

            assertThat(api.result("unsubscribe", news)).isEmpty();
            api.result("publish", "{\"channel\":\"news:a\",\"data\":\"two\"}");
            api.result("publish", "{\"channel\":\"room:1\",\"data\":\"three\"}");
            assertThat(ApiCalls.nextData(stream)).isEqualTo("\"three\"");

            assertThat(api.result("disconnect", "{\"client\":\"%s\"}".formatted(client)))
                    .isEmpty();
            stream.readToEnd();
        }
    }

    @Test
    void aConnectionIsNotSubscribedToMoreThanItMayAskForItself() throws Exception {
        ApiCalls api = start("namespaces.room.presence=true", "channels.max-per-connection=2");
        try (SseStream stream = api.sse("channels=room:1")) {
            String params = "{\"client\":\"%s\",\"channel\":\"%s\"}";
            String client = clientOf(api, "room:1");
            assertThat(api.result("subscribe", params.formatted(client, "news:a")))
                    .isEmpty();
            assertThat(api.error("subscribe", params.formatted(client, "news:b")))
                    .startsWith("106 ")
                    .contains("channels.max-per-connection");
            assertThat(api.result("subscribe", params.formatted(client, "news:a")))
                    .as("it has that")
                    .isEmpty();
            api.result("unsubscribe", params.formatted(client, "news:a"));
            assertThat(api.result("subscribe", params.formatted(client, "news:b")))
                    .isEmpty();
            assertThat(stream.head().status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"abcdef-0-1", "x", "-", "--", "a-b-c", "abcdef-99999999999-1", "abcdef--1-1", "ü-ü-ü"})
    void aClientThatIsNotThereIsNoError(String client) throws Exception {
        ApiCalls api = start();
        assertThat(api.result("disconnect", "{\"client\":\"%s\"}".formatted(client)))
                .isEmpty();
        String params = "{\"client\":\"%s\",\"channel\":\"a:b\"}".formatted(client);
        assertThat(api.result("subscribe", params)).isEmpty();
        assertThat(api.result("unsubscribe", params)).isEmpty();
    }

    @Test
    void infoDescribesThisNode() throws Exception {
        ApiCalls api = start();
        JsonNode nodes = api.result("info", "").get("nodes");
        assertThat(nodes).hasSize(1);
        JsonNode node = nodes.get(0);
        assertThat(node.get("uid").asText()).isNotBlank();
        assertThat(node.get("version").asText()).isNotBlank();
        assertThat(node.get("num_clients").intValue()).isZero();
        assertThat(node.get("num_channels").intValue()).isZero();
        assertThat(node.get("uptime").isIntegralNumber()).isTrue();
        try (SseStream stream = api.sse("channels=chat:a,chat:b")) {
            awaitSubscriptions(api, 2);
            assertThat(api.result("info", "{}").at("/nodes/0/num_clients").intValue())
                    .isEqualTo(1);
            assertThat(stream.head().status()).isEqualTo(200);
        }
    }

    @Test
    void callsOnOneConnectionAreAnsweredOneAfterTheOther() throws Exception {
        var gateway = gateways.start(QUIET);
        String body = "{\"channel\":\"chat:a\",\"data\":0}";
        String call = RawClient.request("POST", "/api/publish", "Content-Length: " + body.length()) + body;
        try (RawClient client = RawClient.to(gateway).send(call.repeat(20))) {
            for (int i = 1; i <= 20; i++) {
                assertThat(client.readReply().json().at("/result/offset").intValue())
                        .isEqualTo(i);
            }
        }
    }
}
