package dev.fanfare.gateway.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.gateway.auth.TestToken;
import dev.fanfare.gateway.boot.RunningGateway;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may hear what, over both kinds of streams: by a token, its grants, and the rules of namespaces. */
class TokenStreamsTest {
    private static final String[] SETTINGS = {
        "ticker.source=off",
        "auth.hmac-secret=" + TestToken.SECRET,
        "auth.clock-skew=0s",
        "origins.allowed=https://good.example",
        "namespaces.open.subscribe=anyone",
        "namespaces.room.subscribe=granted",
        "namespaces.room.history-size=10",
        "namespaces.room.presence=true",
        "namespaces.room.join-leave=true",
        "namespaces.closed.subscribe=nobody"
    };

    @RegisterExtension
    static final Gateways gateways = new Gateways();

    private final RunningGateway gateway = gateways.start(SETTINGS);
    private final ApiCalls api = new ApiCalls(gateway);

    private static TestToken ada() {
        return TestToken.of("ada");
    }

    /** What a stream is answered; {@code path} begins with {@code /sse} or {@code /ws}. */
    private Reply ask(String path, String... headers) throws IOException {
        try (RawClient client = RawClient.to(gateway)) {
            if (path.startsWith("/sse")) {
                client.get(path, headers);
            } else {
                String more = headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
                client.send(WsStream.HANDSHAKE
                        .replace("GET /ws ", "GET " + path + " ")
                        .replace("Upgrade: websocket\r\n", more + "Upgrade: websocket\r\n"));
            }
            Reply head = client.readHead();
            String length = head.header("content-length");
            String body = length == null
                    ? ""
                    : new String(client.read(Integer.parseInt(length)), java.nio.charset.StandardCharsets.UTF_8);
            return new Reply(head.version(), head.status(), head.headers(), body);
        }
    }

    private static String bearer(TestToken token) {
        return "Authorization: Bearer " + token.signed();
    }

    private static int welcome(String path) {
        return path.startsWith("/ws") ? 101 : 200;
    }

    @ParameterizedTest
    @ValueSource(strings = {"/sse", "/ws"})
    void aTokenIsTakenFromHeaderQueryAndCookie(String path) throws Exception {
        String token = ada().signed();
        assertThat(ask(path + "?channels=news", "Authorization: Bearer " + token)
                        .status())
                .isEqualTo(welcome(path));
        assertThat(ask(path + "?channels=news&token=" + token).status()).isEqualTo(welcome(path));
        assertThat(ask(path + "?channels=news", "Cookie: a=b; fanfare_token=" + token, "Origin: http://localhost")
                        .status())
                .isEqualTo(welcome(path));
        assertThat(ask(path + "?channels=news", "Cookie: fanfare_token=" + token, "Origin: https://good.example")
                        .status())
                .isEqualTo(welcome(path));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/ws  |",
                "/sse | Sec-Fetch-Site: cross-site",
                "/sse | Sec-Fetch-Site: same-site",
            })
    void aCookieThatTheBrowserAddedForSomebodyElseIsRefused(String path, String header) throws Exception {
        String cookie = "Cookie: fanfare_token=" + ada().signed();
        Reply refused =
                header == null ? ask(path + "?channels=news", cookie) : ask(path + "?channels=news", cookie, header);

        assertThat(refused.problem(403)).contains("cookie", "Origin");
    }

    @Test
    void aPageOfTheGatewayItselfReadsByItsCookieThoughItSendsNoOrigin() throws Exception {
        String cookie = "Cookie: fanfare_token=" + ada().signed();
        assertThat(ask("/sse?channels=news", cookie, "Sec-Fetch-Site: same-origin")
                        .status())
                .isEqualTo(200);
        assertThat(ask("/sse?channels=news", cookie).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/sse", "/ws"})
    void whatIsSaidOpenlyCountsBeforeACookie(String path) throws Exception {
        Reply refused = ask(
                path + "?channels=news", "Authorization: Bearer rubbish", "Cookie: fanfare_token=" + ada().signed());
        assertThat(refused.problem(401)).contains("token");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/sse", "/ws"})
    void aBadTokenIsRefusedAlsoWhereAnyoneMayCome(String path) throws Exception {
        assertThat(ask(path + "?channels=open:a").status()).isEqualTo(welcome(path));
        String other = ada().signed(TestToken.hmac("HmacSHA256", "x".repeat(64)));
        for (String bad : List.of("rubbish", "", other, ada().claim("exp", 1).signed())) {
            Reply refused = ask(path + "?channels=open:a&token=" + bad);

            assertThat(refused.problem(401)).contains("token").doesNotContain(bad.isEmpty() ? "\n" : bad);
            assertThat(refused.header("www-authenticate")).startsWith("Bearer");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "news        | 401 | 200 | to subscribe to news one needs a token",
                "ticks       | 401 | 200 | ticks",
                "news:*      | 401 | 200 | news:*",
                "open:a      | 200 | 200 |",
                "open:*      | 200 | 200 |",
                "room:a      | 401 | 403 | room:a",
                "room:*      | 401 | 403 | room:*",
                "closed:a    | 403 | 403 | nobody may subscribe to closed:a",
                "closed:*    | 403 | 403 | nobody may subscribe to closed:*",
                "user:ada    | 401 | 200 | user:ada",
                "user:bob    | 401 | 403 | user:bob",
                "user:*      | 401 | 403 | user:*",
                "open:a,room:a | 401 | 403 | room:a",
            })
    void theNamespaceSaysWhoMayComeWithoutAGrant(String channels, int anonymous, int ada, String words)
            throws Exception {
        for (String path : List.of("/sse", "/ws")) {
            Reply without = ask(path + "?channels=" + channels);
            Reply with = ask(path + "?channels=" + channels, bearer(ada()));

            assertThat(without.status()).isEqualTo(anonymous == 200 ? welcome(path) : anonymous);
            assertThat(with.status()).isEqualTo(ada == 200 ? welcome(path) : ada);
            if (anonymous != 200) {
                assertThat(without.problem(anonymous)).contains(words);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "room:a, room:a, true",
        "room:a, room:b, false",
        "room:*, room:b, true",
        "room:*, room:*, true",
        "room:a*, room:*, false",
        "room:a*, room:a*, true",
        "room:a*, room:ab*, true",
        "*, room:a, true",
        "*, closed:a, false",
        "user:bob, user:bob, true"
    })
    void aGrantCoversItsChannelAndAPatternAllItsOwn(String grant, String wanted, boolean allowed) throws Exception {
        String token = ada().subscribe(grant).signed();
        for (String path : List.of("/sse", "/ws")) {
            Reply reply = ask(path + "?channels=" + wanted + "&token=" + token);
            assertThat(reply.status()).isEqualTo(allowed ? welcome(path) : 403);
        }
    }

    @Test
    void withoutNamesAStreamIsForTheChannelsOfTheToken() throws Exception {
        String token = ada().channels("room:x", "room:y").signed();
        try (SseStream sse = api.sse("format=json&token=" + token);
                WsStream webSocket = WsStream.open(gateway, "/ws?token=" + token)) {
            sse.nextPosition();
            awaitPositions(webSocket, 2);
            api.result("publish", "{\"channel\":\"room:y\",\"data\":7}");

            assertThat(Reply.parse(messageOf(sse)).get("channel").asText()).isEqualTo("room:y");
            assertThat(nextWith(webSocket, "data").get("channel").asText()).isEqualTo("room:y");
        }
    }

    @Test
    void aCursorReadsNothingThatItsBearerMayNotHear() throws Exception {
        String token = ada().channels("room:x").signed();
        String id;
        try (SseStream stream = api.sse("token=" + token)) {
            id = stream.nextPosition();
        }
        String epoch = api.result("publish", "{\"channel\":\"room:x\",\"data\":\"secret\"}")
                .get("epoch")
                .asText();
        String others = TestToken.of("bob").signed();

        for (String query : List.of("channels=room:x&lastEventId=" + id, "channels=room:x&recover=room:x,0," + epoch)) {
            assertThat(ask("/sse?" + query).problem(401)).contains("room:x");
            assertThat(ask("/sse?" + query + "&token=" + others).problem(403)).contains("room:x");
            assertThat(ask("/ws?" + query + "&token=" + others).problem(403)).contains("room:x");
        }
        // of a channel that is not asked for, a position says nothing
        try (SseStream stream = api.sse("channels=news&recover=room:x,0," + epoch + "&token=" + others);
                WsStream webSocket = WsStream.open(gateway, "/ws?channels=news&recover=" + id + "&token=" + others)) {
            stream.nextPosition();
            awaitPositions(webSocket, 1);
            api.result("publish", "{\"channel\":\"news\",\"data\":\"public\"}");
            assertThat(messageOf(stream)).isEqualTo("\"public\"");
            assertThat(nextWith(webSocket, "data").get("channel").asText()).isEqualTo("news");
        }
        try (SseStream stream = api.sse("lastEventId=" + id + "&token=" + token)) {
            assertThat(messageOf(stream)).isEqualTo("\"secret\"");
        }
    }

    @Test
    void aPatternBringsOnlyWhatItsGrantCovers() throws Exception {
        String token = ada().subscribe("room:a*").signed();
        try (SseStream stream = api.sse("channels=room:a*&token=" + token)) {
            stream.nextBlock(); // welcome
            api.result("publish", "{\"channel\":\"room:b1\",\"data\":\"no\"}");
            api.result("publish", "{\"channel\":\"room:a1\",\"data\":\"yes\"}");
            assertThat(messageOf(stream)).isEqualTo("\"yes\"");
        }
    }

    @Test
    void presenceAndJoinNameTheUserAndItsInfo() throws Exception {
        String token = TestToken.of("a\"da")
                .subscribe("room:p")
                .claim("info", java.util.Map.of("name", "Ada"))
                .signed();
        String watcher = TestToken.of("bob").subscribe("room:p").signed();
        try (WsStream watching = WsStream.open(gateway, "/ws?channels=room:p&token=" + watcher)) {
            nextWith(watching, "offset");
            try (SseStream first = api.sse("channels=room:p&token=" + token);
                    SseStream second = api.sse("channels=room:p&token=" + token)) {
                first.nextPosition();
                second.nextPosition();
                JsonNode join = nextWith(watching, "join").get("join");
                while (join.get("user").asText().equals("bob")) { // may hear itself
                    join = nextWith(watching, "join").get("join");
                }
                assertThat(join.get("user").asText()).isEqualTo("a\"da");
                assertThat(join.at("/info/name").asText()).isEqualTo("Ada");

                JsonNode present =
                        api.result("presence", "{\"channel\":\"room:p\"}").get("presence");
                assertThat(present.findValuesAsText("user")).containsExactlyInAnyOrder("a\"da", "a\"da", "bob");
                assertThat(present.toString()).contains("\"info\":{\"name\":\"Ada\"}");
                JsonNode stats = api.result("presence_stats", "{\"channel\":\"room:p\"}");
                assertThat(stats.get("num_clients").intValue()).isEqualTo(3);
                assertThat(stats.get("num_users").intValue()).isEqualTo(2);
                assertThat(api.result("info", "{}").at("/nodes/0/num_users").intValue())
                        .isEqualTo(2);
            }
        }
        org.awaitility.Awaitility.await()
                .untilAsserted(() -> assertThat(api.result("info", "{}")
                                .at("/nodes/0/num_users")
                                .intValue())
                        .isZero());
    }

    private static void awaitPositions(WsStream stream, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            nextWith(stream, "offset");
        }
    }

    /** The next message that has this member. */
    private static JsonNode nextWith(WsStream stream, String member) throws IOException {
        JsonNode message = stream.nextJson();
        while (!message.has(member)) {
            message = stream.nextJson();
        }
        return message;
    }

    /** The data of the next message; comings and goings are passed over. */
    private static String messageOf(SseStream stream) throws IOException {
        List<String> event = stream.nextEvent();
        while (event.contains("event: join") || event.contains("event: leave")) {
            event = stream.nextEvent();
        }
        return event.get(event.size() - 1).substring("data: ".length());
    }
}
