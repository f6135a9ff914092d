package dev.fanfare.gateway.scenario;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.gateway.boot.RunningGateway;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the API refuses, each with its code and words that say what is wrong. One gateway serves all: none may harm it. */
class PublishApiErrorsTest {
    private static RunningGateway gateway;
    private static ApiCalls api;

    @BeforeAll
    static void start() {
        gateway = RunningGateway.with(
                "ticker.source=off",
                "namespaces.closed.publish=nobody",
                "namespaces.plain.history-size=0",
                "namespaces.tiny.max-payload=4B",
                "api.max-batch=5");
        api = new ApiCalls(gateway);
    }

    @AfterAll
    static void end() {
        gateway.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // method   | parameters                                                       | error
                "publish    | {\"data\":1}                                                     | 107 'channel'",
                "publish    | {\"channel\":\"\",\"data\":1}                                    | 107 'channel'",
                "publish    | {\"channel\":7,\"data\":1}                                       | 107 'channel' must be a text",
                "publish    | {\"channel\":null,\"data\":1}                                    | 107 'channel'",
                "publish    | {\"channel\":[\"a\"],\"data\":1}                                 | 107 'channel'",
                "publish    | {\"channel\":\"a b\",\"data\":1}                                 | 107 not allowed",
                "publish    | {\"channel\":\"a:*\",\"data\":1}                                 | 107 not allowed",
                "publish    | {\"channel\":\"a,b\",\"data\":1}                                 | 107 not allowed",
                "publish    | {\"channel\":\"\\ud800\",\"data\":1}                             | 107 not allowed",
                "publish    | {\"channel\":\"a:b\"}                                            | 107 'data' is missing",
                "publish    | {\"channel\":\"a:b\",\"b64data\":\"%%%\"}                        | 107 'b64data'",
                "publish    | {\"channel\":\"a:b\",\"b64data\":\"/w==\"}                       | 107 'b64data'",
                "publish    | {\"channel\":\"a:b\",\"b64data\":7}                              | 107 'b64data'",
                "publish    | {\"channel\":\"a:b\",\"data\":1,\"type\":7}                      | 107 'type'",
                "publish    | {\"channel\":\"a:b\",\"data\":1,\"type\":\"a\\nb\"}              | 107 'type'",
                "publish    | {\"channel\":\"a:b\",\"data\":1,\"key\":\"\\u0000\"}             | 107 'key'",
                "publish    | {\"channel\":\"a:b\",\"data\":1,\"idempotency_key\":{}}          | 107 'idempotency_key'",
                "publish    | {\"channel\":\"a:b\",\"channel\":\"a:c\",\"data\":1}             | 107 'channel' stands twice",
                "publish    | {\"channel\":\"a:b\",\"data\":1,\"data\":2}                      | 107 'data' stands twice",
                "publish    | {\"channel\":\"a:b\",\"data\":NaN}                               | 107 not JSON",
                "publish    | {\"channel\":\"a:b\",\"data\":1} x                               | 107 not JSON",
                "publish    | {\"channel\":\"a:b\",\"data\":1}{}                               | 107 not JSON",
                "publish    | {\"channel\":\"a:b\",\"data\":01}                                | 107 not JSON",
                "publish    | {'channel':'a'}                                                  | 107 not JSON",
                "publish    | {                                                                | 107 not JSON",
                "publish    | []                                                               | 107 JSON object",
                "publish    | 7                                                                | 107 JSON object",
                "publish    | null                                                             | 107 JSON object",
                "publish    | \"text\"                                                         | 107 JSON object",
                "publish    | ` `                                                              | 107 JSON object",
                "publish    | ``                                                               | 107 'data'",
                "publish    | {\"channel\":\"closed:a\",\"data\":1}                            | 103 closed:a",
                "publish    | {\"channel\":\"tiny:a\",\"data\":12345}                          | 106 5 bytes",
                "publish    | {\"channel\":\"tiny:a\",\"b64data\":\"MTIzNDU=\"}                | 106 5 bytes",
                "broadcast  | {\"data\":1}                                                     | 107 'channels'",
                "broadcast  | {\"channels\":[],\"data\":1}                                     | 107 'channels'",
                "broadcast  | {\"channels\":\"a:b\",\"data\":1}                                | 107 'channels'",
                "broadcast  | {\"channels\":[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\"],\"data\":1}  | 107 1 to 5",
                "broadcast  | {\"channels\":[\"a\"]}                                           | 107 'data'",
                "batch      | {}                                                               | 107 'commands'",
                "batch      | {\"commands\":{}}                                                | 107 'commands'",
                "history    | {}                                                               | 107 'channel'",
                "history    | {\"channel\":\"plain:a\"}                                        | 108 plain:a",
                "history    | {\"channel\":\"a:b\",\"limit\":-2}                               | 107 'limit'",
                "history    | {\"channel\":\"a:b\",\"limit\":100001}                           | 107 'limit'",
                "history    | {\"channel\":\"a:b\",\"limit\":4294967297}                       | 107 'limit'",
                "history    | {\"channel\":\"a:b\",\"limit\":99999999999999999999999}          | 107 'limit'",
                "history    | {\"channel\":\"a:b\",\"limit\":1e1000000000}                     | 107 'limit'",
                "history    | {\"channel\":\"a:b\",\"limit\":1.5}                              | 107 'limit'",
                "history    | {\"channel\":\"a:b\",\"limit\":\"1\"}                            | 107 'limit'",
                "history    | {\"channel\":\"a:b\",\"reverse\":true}                           | 107 'reverse'",
                "history    | {\"channel\":\"a:b\",\"since\":7}                                | 107 'since'",
                "history    | {\"channel\":\"a:b\",\"since\":{}}                               | 107 'since'",
                "history    | {\"channel\":\"a:b\",\"since\":{\"offset\":1}}                   | 107 'epoch'",
                "history    | {\"channel\":\"a:b\",\"since\":{\"offset\":-1,\"epoch\":\"e\"}}  | 107 'offset'",
                "history    | {\"channel\":\"a:b\",\"since\":{\"offset\":\"1\",\"epoch\":\"e\"}} | 107 'since'",
                "history    | {\"channel\":\"a:b\",\"since\":{\"offset\":1e99,\"epoch\":\"e\"}} | 107 'offset'",
                "history_remove | {\"channel\":\"a b\"}                                        | 107 not allowed",
                "channels   | {\"pattern\":7}                                                  | 107 'pattern'",
                "channels   | {\"pattern\":\"*a*a*a*a*\"}                                      | 107 'pattern'",
                "presence   | {\"channel\":\"a:b\"}                                            | 108 a:b",
                "presence   | {}                                                               | 107 'channel'",
                "presence_stats | {\"channel\":\"a:b\"}                                        | 108 a:b",
                "subscribe  | {\"channel\":\"a:b\"}                                            | 107 'client'",
                "subscribe  | {\"client\":\"x\"}                                               | 107 'channel'",
                "subscribe  | {\"client\":\"x\",\"channel\":\"a:*\"}                           | 107 not allowed",
                "subscribe  | {\"user\":7,\"channel\":\"a:b\"}                               | 107 'user'",
                "unsubscribe | {\"client\":\"x\",\"channel\":\"a b\"}                          | 107 not allowed",
                "disconnect | {}                                                               | 107 'client'",
                "disconnect | {\"user\":[]}                                                  | 107 'user'",
                "revoke     | {\"token_id\":\"x\"}                                             | 108 auth",
                "nothing    | {}                                                               | 104 publish",
                "Publish    | {}                                                               | 104 publish",
                "publish/   | {}                                                               | 104 publish",
                "bulk/x     | {}                                                               | 104 publish",
            })
    void aCallThatIsWrongIsToldWhat(String method, String params, String expected) throws Exception {
        String error = api.error(method, params);
        assertThat(error).startsWith(expected.substring(0, 4)).contains(expected.substring(4));
    }

    @Test
    void aBatchOfTooManyCommandsIsRefused() throws Exception {
        String commands = "{\"info\":{}},".repeat(1_000);
        assertThat(api.error("batch", "{\"commands\":[" + commands + "{\"info\":{}}]}"))
                .startsWith("107 ")
                .contains("1000");
    }

    @ParameterizedTest
    @ValueSource(ints = {99, 100, 30_000})
    void whatIsNestedDeeperThanAHundredLevelsIsRefusedAndHarmsNobody(int depth) throws Exception {
        String body = "{\"channel\":\"a:b\",\"data\":" + "[".repeat(depth) + "]".repeat(depth) + "}";
        if (depth < 100) {
            assertThat(api.result("publish", body).has("offset")).isTrue();
        } else {
            assertThat(api.error("publish", body)).startsWith("107 ");
        }
    }

    @Test
    void aNumberMayBeLongInTheDataAndNowhereElse() throws Exception {
        String body = "{\"channel\":\"a:b\",\"data\":%s}";
        assertThat(api.result("publish", body.formatted("1".repeat(50_000))).has("offset"))
                .isTrue();
        assertThat(api.error("publish", body.formatted("1,\"x\":" + "1".repeat(101))))
                .startsWith("107 ");
    }

    @Test
    void aBodyThatIsNotUtf8IsRefused() throws Exception {
        byte[] latin = "{\"channel\":\"a:b\",\"data\":\"ü\"}".getBytes(ISO_8859_1);
        Reply reply = api.post("/api/publish", latin);
        assertThat(ApiCalls.error(reply.json())).startsWith("107 ");
        byte[] odd = {0, 0, (byte) 0xfe, (byte) 0xff, 1};
        assertThat(ApiCalls.error(api.post("/api/publish", odd).json())).startsWith("107 ");
        assertThat(ApiCalls.error(
                        api.post("/api/publish", "{\"a\"".getBytes(UTF_16LE)).json()))
                .startsWith("107 ");
    }

    @Test
    void aNameKeyOrTypeThatIsTooLongIsRefused() throws Exception {
        String publish = "{\"channel\":\"%s\",\"data\":1,\"type\":\"%s\"}";
        assertThat(api.result("publish", publish.formatted("a".repeat(255), "t".repeat(256)))
                        .has("offset"))
                .isTrue();
        assertThat(api.error("publish", publish.formatted("a".repeat(256), "t")))
                .contains("255");
        assertThat(api.error("publish", publish.formatted("a", "t".repeat(257))))
                .contains("256");
        assertThat(api.error("channels", "{\"pattern\":\"%s\"}".formatted("a".repeat(256))))
                .startsWith("107 ");
    }

    @Test
    void aBodyOverTheLimitOfHttpIsAProblem() throws Exception {
        String body = "{\"channel\":\"a:b\",\"data\":\"" + "x".repeat(1 << 20) + "\"}";
        assertThat(api.post("/api/publish", body).problem(413)).contains("1048576");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/publish", "/api/bulk", "/publish/a:b", "/cloudevents"})
    void onlyPostIsTaken(String path) throws Exception {
        for (String method : List.of("GET", "HEAD", "PUT", "DELETE", "OPTIONS")) {
            try (RawClient client = RawClient.to(gateway).send(RawClient.request(method, path))) {
                Reply reply = client.readHead();
                assertThat(reply.status()).isEqualTo(405);
                assertThat(reply.header("allow")).isEqualTo("POST");
            }
        }
    }

    @Test
    void moreChannelsThanAllowedAreRefusedAndTheRestGoesOn() throws Exception {
        try (RunningGateway small = RunningGateway.with("ticker.source=off", "engine.memory.max-channels=1")) {
            ApiCalls calls = new ApiCalls(small);
            calls.result("publish", "{\"channel\":\"a:1\",\"data\":1}");
            assertThat(calls.error("publish", "{\"channel\":\"a:2\",\"data\":1}"))
                    .startsWith("106 ")
                    .contains("engine.memory.max-channels");
            Reply raw = calls.post("/publish/a:2", "x");
            assertThat(raw.problem(503)).contains("engine.memory.max-channels");
            assertThat(raw.header("retry-after")).isEqualTo("1");
            assertThat(calls.post("/api/bulk", "{\"channel\":\"a:2\",\"data\":1}\n{\"channel\":\"a:1\",\"data\":1}")
                            .body())
                    .contains("\"code\":106")
                    .contains("\"offset\":2");
        }
    }

    @Test
    void overThePublishRateEveryRouteAnswers429WithRetryAfterAndPublishesNothing() throws Exception {
        try (RunningGateway slow = RunningGateway.with("ticker.source=off", "api.publish-rate=1")) {
            ApiCalls calls = new ApiCalls(slow);
            String one = "{\"channel\":\"a:b\",\"data\":1}";
            String all = (one + "\n").repeat(50);
            assertThat(calls.post("/api/bulk", all).status())
                    .as("the bucket is full at first, and may be overdrawn")
                    .isEqualTo(200);
            Reply api = calls.post("/api/publish", one);
            assertThat(api.status()).isEqualTo(429);
            assertThat(ApiCalls.error(api.json())).startsWith("111 ").contains("api.publish-rate");
            assertThat(Integer.parseInt(api.header("retry-after"))).isBetween(30, 50);
            for (Reply reply : List.of(
                    calls.post("/api/bulk", one),
                    calls.post("/publish/a:b", "x"),
                    calls.post(
                            "/cloudevents", "x", "ce-specversion: 1.0", "ce-id: 1", "ce-source: a:b", "ce-type: t"))) {
                assertThat(reply.problem(429)).contains("api.publish-rate");
                assertThat(Integer.parseInt(reply.header("retry-after"))).isBetween(30, 50);
            }
            assertThat(calls.post("/api/broadcast", "{\"channels\":[\"a:b\"],\"data\":1}")
                            .status())
                    .isEqualTo(429);
            Reply batch = calls.post("/api/batch", "{\"commands\":[{\"publish\":" + one + "}]}");
            assertThat(batch.status()).isEqualTo(200);
            assertThat(ApiCalls.error(batch.json().at("/replies/0"))).startsWith("111 ");
            assertThat(calls.result("history", "{\"channel\":\"a:b\"}")
                            .get("offset")
                            .intValue())
                    .isEqualTo(50);
        }
    }
}
