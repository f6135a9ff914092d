package dev.fanfare.gateway.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.gateway.auth.TestToken;
import dev.fanfare.gateway.boot.RunningGateway;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may do what over the API: holders of keys and holders of tokens. */
class TokenApiTest {
    private static final String KEY = "X-API-Key: op3rator";
    private static final String OTHER_KEY = "Authorization: apikey sh0p";
    private static final String[] SETTINGS = {
        "ticker.source=off",
        "auth.hmac-secret=" + TestToken.SECRET,
        "api.key=op3rator",
        "api.keys.shop.key=sh0p",
        "api.keys.shop.publish-rate=2",
        "api.user-publish-rate=5",
        "origins.allowed=https://good.example",
        "namespaces.room.subscribe=granted",
        "namespaces.room.history-size=10",
        "namespaces.room.presence=true",
        "namespaces.open.publish=anyone",
        "namespaces.mute.publish=nobody",
        "namespaces.closed.subscribe=nobody"
    };

    @RegisterExtension
    static final Gateways gateways = new Gateways();

    private final RunningGateway gateway = gateways.start(SETTINGS);
    private final ApiCalls api = new ApiCalls(gateway);

    private static String bearer(TestToken token) {
        return "Authorization: Bearer " + token.signed();
    }

    private Reply call(String method, String params, String... headers) throws IOException {
        return api.post("/api/" + method, params, headers);
    }

    private static int code(Reply reply) {
        assertThat(reply.status()).as(reply.toString()).isEqualTo(200);
        return reply.json().at("/error/code").intValue();
    }

    @ParameterizedTest
    @CsvSource({
        "room:a, room:a, 0",
        "room:a, room:b, 103",
        "room:*, room:b, 0",
        "room:*, news, 103",
        "*, mute:a, 103",
        "x, open:a, 0",
        "x, user:ada, 103"
    })
    void aTokenPublishesWhereItIsGranted(String grant, String channel, int code) throws Exception {
        String token = bearer(TestToken.of("ada").publish(grant));
        String one = "{\"channel\":\"%s\",\"data\":1}".formatted(channel);

        assertThat(code(call("publish", one, token))).isEqualTo(code);
        JsonNode broadcast = call("broadcast", "{\"channels\":[\"%s\"],\"data\":1}".formatted(channel), token)
                .json();
        assertThat(broadcast.at("/result/responses/0/error/code").intValue()).isEqualTo(code);
        JsonNode batch = call("batch", "{\"commands\":[{\"publish\":%s}]}".formatted(one), token)
                .json();
        assertThat(batch.at("/replies/0/error/code").intValue()).isEqualTo(code);
        JsonNode bulk = Reply.parse(api.post("/api/bulk", one, token).body());
        assertThat(bulk.at("/error/code").intValue()).isEqualTo(code);
        Reply raw = api.post("/publish/" + channel, "x", token);
        assertThat(raw.status()).isEqualTo(code == 0 ? 200 : 403);
        if (code != 0) {
            assertThat(raw.problem(403)).contains(channel);
        }
        Reply event = api.post(
                "/cloudevents",
                "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"/s\",\"subject\":\"%s\",\"type\":\"t\"}"
                        .formatted(grant, channel),
                token,
                "Content-Type: application/cloudevents+json");
        assertThat(event.status()).isIn(code == 0 ? List.of(200, 429) : List.of(403));
    }

    @Test
    void anIdempotencyKeyIsOnlyItsUsersOwn() throws Exception {
        String once = "{\"channel\":\"room:once\",\"data\":1,\"idempotency_key\":\"k\"}";
        String ada = bearer(TestToken.of("ada").publish("room:*"));
        String bob = bearer(TestToken.of("bob").publish("room:*"));

        assertThat(call("publish", once, ada).json().at("/result/offset").intValue())
                .isEqualTo(1);
        assertThat(call("publish", once, bob).json().at("/result/offset").intValue())
                .isEqualTo(2);
        assertThat(call("publish", once, ada).json().at("/result/offset").intValue())
                .isEqualTo(1);
        assertThat(call("publish", once, KEY).json().at("/result/offset").intValue())
                .isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"info", "channels", "disconnect", "subscribe", "unsubscribe", "revoke", "history_remove"})
    void whatIsForOperatorsIsNotForTokens(String method) throws Exception {
        String params = "{\"channel\":\"room:a\",\"client\":\"x-0-1\",\"token_id\":\"t\"}";
        if (method.equals("revoke")) {
            params = "{\"token_id\":\"t\"}";
        }
        String token = bearer(TestToken.of("ada").subscribe("*").publish("*"));

        assertThat(code(call(method, params, token))).isEqualTo(103);
        assertThat(call("batch", "{\"commands\":[{\"%s\":%s}]}".formatted(method, params), token)
                        .json()
                        .at("/replies/0/error/code")
                        .intValue())
                .isEqualTo(103);
        assertThat(code(call(method, params, KEY))).isZero();
    }

    @ParameterizedTest
    @CsvSource({"history, 0", "presence, 0", "presence_stats, 0"})
    void whoMaySubscribeMayReadAndSeeWhoIsThere(String method, int unused) throws Exception {
        String params = "{\"channel\":\"room:a\",\"limit\":10}";
        call("publish", "{\"channel\":\"room:a\",\"data\":\"secret\"}", KEY);

        assertThat(code(call(method, params, bearer(TestToken.of("ada"))))).isEqualTo(103);
        Reply allowed = call(method, params, bearer(TestToken.of("ada").subscribe("room:*")));
        assertThat(code(allowed)).isZero();
        assertThat(code(call(method, params, KEY))).isZero();
        if (method.equals("history")) {
            assertThat(allowed.body()).contains("secret");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"join", "leave", "gap", "expired", "open", "error"})
    void aTokenDoesNotSpeakAsTheGateway(String type) throws Exception {
        String token = bearer(TestToken.of("ada").publish("room:*"));
        String one = "{\"channel\":\"room:a\",\"data\":{\"user\":\"bob\"},\"type\":\"%s\"}".formatted(type);

        assertThat(code(call("publish", one, token))).isEqualTo(107);
        assertThat(Reply.parse(api.post("/api/bulk", one, token).body())
                        .at("/error/code")
                        .intValue())
                .isEqualTo(107);
        assertThat(api.post("/publish/room:a?type=" + type, "x", token).problem(400))
                .contains("type", "expired");
        String event = "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"room:a\",\"type\":\"%s\"}".formatted(type);
        assertThat(api.post("/cloudevents", event, token, "Content-Type: application/cloudevents+json")
                        .status())
                .isEqualTo(400);
        assertThat(code(call("publish", one, KEY))).as("whoever holds a key").isZero();
        assertThat(code(call("publish", one.replace(type, type + "s"), token))).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"token_id", "user"})
    void whatNoTokenCanSayIsNotRevoked(String member) throws Exception {
        String longest = "{\"%s\":\"%s\"}".formatted(member, "x".repeat(255));

        assertThat(code(call("revoke", longest, KEY))).isZero();
        assertThat(code(call("revoke", longest.replace("\"}", "x\"}"), KEY))).isEqualTo(107);
    }

    @Test
    void withoutKeyAndTokenNothingIsServed() throws Exception {
        for (String path : List.of("/api/publish", "/api/bulk", "/publish/open:a", "/cloudevents")) {
            assertThat(api.post(path, "{\"channel\":\"open:a\",\"data\":1}").problem(401))
                    .contains("X-API-Key", "token");
            assertThat(api.post(path, "x", "Authorization: Bearer rubbish").problem(401))
                    .contains("token")
                    .doesNotContain("rubbish");
            assertThat(api.post(path + "?token=rubbish", "x").problem(401)).doesNotContain("rubbish");
            assertThat(api.post(path, "x".repeat(5_000), "Authorization: Bearer rubbish")
                            .problem(401))
                    .contains("token");
        }
    }

    @Test
    void aCookieCallsOnlyForAPageThatMayCome() throws Exception {
        String cookie =
                "Cookie: fanfare_token=" + TestToken.of("ada").publish("room:a").signed();
        String one = "{\"channel\":\"room:a\",\"data\":1}";

        assertThat(call("publish", one, cookie).problem(403)).contains("cookie");
        assertThat(call("publish", one, cookie, "Origin: https://evil.example").problem(403))
                .contains("evil.example");
        assertThat(code(call("publish", one, cookie, "Origin: https://good.example")))
                .isZero();
        assertThat(code(call("publish", one, cookie, "Origin: http://localhost")))
                .isZero();
    }

    @Test
    void aLongBodyIsReadForATokenThatIsGood() throws Exception {
        String long_ = "{\"channel\":\"room:a\",\"data\":\"%s\"}".formatted("x".repeat(20_000));

        assertThat(code(call("publish", long_, bearer(TestToken.of("ada").publish("room:a")))))
                .isZero();
    }

    @Test
    void eachKeyAndEachUserHasARateOfItsOwn() throws Exception {
        String one = "{\"channel\":\"open:a\",\"data\":1}";
        assertThat(until429("shop", one, OTHER_KEY)).isBetween(2, 6);
        assertThat(until429("ada", one, bearer(TestToken.of("ada")))).isBetween(5, 12);
        assertThat(call("publish", one, bearer(TestToken.of("bob"))).status()).isEqualTo(200);
        for (int i = 0; i < 20; i++) {
            assertThat(call("publish", one, KEY).status()).isEqualTo(200);
        }
        assertThat(metric("gateway_api_refused_total{reason=\"publish_rate\"}")).isEqualTo(2.0);
    }

    private int until429(String who, String params, String header) throws IOException {
        for (int i = 0; i < 100; i++) {
            Reply reply = call("publish", params, header);
            if (reply.status() == 429) {
                assertThat(reply.header("retry-after")).isNotNull();
                return i;
            }
        }
        throw new AssertionError(who + " has no rate");
    }

    @Test
    void whoGuessesKeysIsNotHeardAnyMoreAndTheLogSaysSoOnce() throws Exception {
        gateways.expectWarning("KeyGuesses");
        List<Integer> answers = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            answers.add(call("info", "{}", "X-API-Key: guess" + i).status());
        }
        assertThat(answers).startsWith(401, 401, 401).endsWith(429, 429, 429).containsOnly(401, 429);
        Reply right = call("info", "{}", KEY);
        assertThat(right.problem(429)).contains("api.max-wrong-keys");
        assertThat(right.header("retry-after")).isNotNull();
        assertThat(gateways.warnings().stream().filter(line -> line.contains("wrong keys")))
                .hasSize(1)
                .allSatisfy(line -> assertThat(line).contains("127.0.0.1").doesNotContain("guess"));
    }

    @Test
    void whatTheGatewayTellsOfItselfIsForHoldersOfAKey() throws Exception {
        for (String path : List.of("/metrics", "/console/stats")) {
            assertThat(get(path).problem(401)).contains("key");
            assertThat(get(path, bearer(TestToken.of("ada"))).problem(401)).contains("key");
            assertThat(get(path, KEY).status()).isEqualTo(200);
            assertThat(get(path, "Authorization: Bearer op3rator").status()).isEqualTo(200);
            assertThat(get(path, OTHER_KEY).status()).isEqualTo(200);
        }
        for (String path : List.of("/health/live", "/health/ready", "/")) {
            assertThat(get(path).status()).isEqualTo(200);
        }
    }

    @Test
    void withoutAKeyOfTheApiWhatTheGatewayTellsIsForThisMachine() throws Exception {
        RunningGateway tokens = gateways.start("auth.hmac-secret=" + TestToken.SECRET);
        try (RawClient here = RawClient.to(tokens);
                RawClient proxied = RawClient.to(tokens)) {
            assertThat(here.get("/metrics").readReply().status()).isEqualTo(200);
            proxied.get("/metrics", "X-Forwarded-For: 192.0.2.1").readReply().problem(403);
        }
    }

    @Test
    void theApiSubscribesWhereverSomebodyMay() throws Exception {
        String token = TestToken.of("ada").signed();
        try (WsStream stream = WsStream.open(gateway, "/ws?channels=news&token=" + token)) {
            stream.nextJson();
            assertThat(code(call("subscribe", "{\"user\":\"ada\",\"channel\":\"room:z\"}", KEY)))
                    .as("whatever its token grants")
                    .isZero();
            assertThat(code(call("subscribe", "{\"user\":\"ada\",\"channel\":\"closed:z\"}", KEY)))
                    .isEqualTo(103);
            call("publish", "{\"channel\":\"room:z\",\"data\":5}", KEY);
            JsonNode message = stream.nextJson();
            while (!message.has("data")) {
                message = stream.nextJson();
            }
            assertThat(message.get("channel").asText()).isEqualTo("room:z");
        }
    }

    private Reply get(String path, String... headers) throws IOException {
        try (RawClient client = RawClient.to(gateway)) {
            return client.get(path, headers).readReply();
        }
    }

    private double metric(String name) throws IOException {
        return Arrays.stream(get("/metrics", KEY).body().split("\n"))
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .sum();
    }
}
