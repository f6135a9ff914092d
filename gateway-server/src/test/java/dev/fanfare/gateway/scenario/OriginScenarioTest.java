package dev.fanfare.gateway.scenario;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages of other origins: who is let in, and what a browser is told. */
class OriginScenarioTest {
    @RegisterExtension
    private final Gateways gateways = new Gateways();

    private Reply ask(String method, String path, String... headers) throws IOException {
        return askWith("https://good.example, https://*.apps.example", method, path, headers);
    }

    private Reply askWith(String allowed, String method, String path, String... headers) throws IOException {
        String[] settings = allowed.isEmpty()
                ? new String[] {"ticker.source=off"}
                : new String[] {"ticker.source=off", "origins.allowed=" + allowed};
        try (RawClient client = RawClient.to(gateways.start(settings))) {
            client.send(RawClient.request(method, path, headers));
            Reply head = client.readHead();
            String length = head.header("content-length");
            String body = length == null ? "" : new String(client.read(Integer.parseInt(length)), UTF_8);
            return new Reply(head.version(), head.status(), head.headers(), body);
        }
    }

    private static String webSocket(String origin) {
        return WsStream.HANDSHAKE.replace("\r\n\r\n", "\r\nOrigin: " + origin + "\r\n\r\n");
    }

    @Test
    void aWebSocketOfAForeignPageIsRefusedByName() throws IOException {
        try (RawClient client = RawClient.to(gateways.start("origins.allowed=https://good.example"))) {
            Reply refused = client.send(webSocket("https://evil.example")).readReply();

            assertThat(refused.problem(403)).contains("https://evil.example", "origins.allowed");
            assertThat(refused.header("access-control-allow-origin")).isNull();
            assertThat(refused.header("vary")).isEqualToIgnoringCase("Origin");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://good.example", "http://localhost", "https://localhost"})
    void aWebSocketOfAListedPageOrOfItsOwnIsLetIn(String origin) throws IOException {
        try (RawClient client = RawClient.to(gateways.start("origins.allowed=https://good.example"))) {
            assertThat(client.send(webSocket(origin)).readHead().status()).isEqualTo(101);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void behindATrustedProxyItsOwnPageIsTheOneThatTheClientAskedFor(boolean trusted) throws IOException {
        String[] settings = {
            "ticker.source=off",
            "origins.allowed=https://good.example",
            "proxy.forwarded=forwarded",
            "proxy.trusted=" + (trusted ? "loopback" : "192.0.2.1")
        };
        try (RawClient client = RawClient.to(gateways.start(settings))) {
            client.get(
                    "/sse", "Origin: https://push.example", "Forwarded: for=192.0.2.9;proto=https;host=push.example");

            assertThat(client.readHead().status()).isEqualTo(trusted ? 200 : 403);
        }
    }

    @Test
    void withoutAListAndWithoutTokensEveryPageMayListenButWithoutCookies() throws IOException {
        Reply stream = askWith("", "GET", "/sse", "Origin: https://anywhere.example");

        assertThat(stream.status()).isEqualTo(200);
        assertThat(stream.header("access-control-allow-origin")).isEqualTo("*");
        assertThat(stream.header("access-control-allow-credentials")).isNull();
        assertThat(stream.header("vary")).isEqualToIgnoringCase("Origin");
    }

    @Test
    void aStreamForAListedPageNamesItAndOneForNoPageNamesNobody() throws IOException {
        Reply page = ask("GET", "/sse", "Origin: https://one.apps.example");
        Reply program = ask("GET", "/sse");

        assertThat(page.header("access-control-allow-origin")).isEqualTo("https://one.apps.example");
        assertThat(page.header("access-control-allow-credentials")).isEqualTo("true");
        assertThat(page.header("vary")).isEqualToIgnoringCase("Origin");
        assertThat(program.header("access-control-allow-origin")).isNull();
        assertThat(program.header("vary"))
                .as("a cache must not give it to pages")
                .isEqualToIgnoringCase("Origin");
        assertThat(program.header("x-content-type-options")).isEqualTo("nosniff");
        assertThat(program.header("referrer-policy")).isEqualTo("no-referrer");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/sse", "/api/publish", "/api/bulk", "/publish/a", "/cloudevents"})
    void aForeignPageIsRefusedEverywhereAndMayNotReadWhy(String path) throws IOException {
        String method = path.equals("/sse") ? "GET" : "POST";
        Reply refused = ask(method, path, "Origin: https://evil.example", "Content-Length: 0");

        assertThat(refused.problem(403)).contains("https://evil.example");
        assertThat(refused.header("access-control-allow-origin")).isNull();
    }

    @Test
    void theLongBodyOfAForeignPageIsNotRead() throws IOException {
        Reply refused = ask(
                "POST", "/api/bulk", "Origin: https://evil.example", "Content-Length: 100000", "Expect: 100-continue");

        assertThat(refused.problem(403)).contains("https://evil.example");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/sse", "/api/publish", "/api/bulk", "/publish/a", "/cloudevents"})
    void aBrowserThatAsksBeforehandIsToldWhatAListedPageMayDo(String path) throws IOException {
        Reply told = ask(
                "OPTIONS",
                path,
                "Origin: https://good.example",
                "Access-Control-Request-Method: POST",
                "Access-Control-Request-Private-Network: true");

        assertThat(told.status()).isEqualTo(204);
        assertThat(told.header("access-control-allow-origin")).isEqualTo("https://good.example");
        assertThat(told.header("access-control-allow-credentials")).isEqualTo("true");
        assertThat(told.header("access-control-allow-methods")).isEqualTo(path.equals("/sse") ? "GET" : "POST");
        assertThat(told.header("access-control-allow-headers"))
                .isEqualTo("Last-Event-ID, Authorization, Content-Type, Cache-Control, X-API-Key, Idempotency-Key");
        assertThat(told.header("access-control-max-age")).isEqualTo("7200");
        assertThat(told.header("access-control-allow-private-network")).isEqualTo("true");
        assertThat(told.header("vary")).isEqualToIgnoringCase("Origin");
        assertThat(told.header("content-length")).isNull();
    }

    @Test
    void aPageThatIsLetInBecauseAllAreGetsNeitherCredentialsNorThePrivateNetwork() throws IOException {
        Reply told = askWith(
                "*",
                "OPTIONS",
                "/sse",
                "Origin: null",
                "Access-Control-Request-Method: GET",
                "Access-Control-Request-Private-Network: true");

        assertThat(told.status()).isEqualTo(204);
        assertThat(told.header("access-control-allow-origin")).isEqualTo("*");
        assertThat(told.header("access-control-allow-credentials")).isNull();
        assertThat(told.header("access-control-allow-private-network")).isNull();
    }

    @Test
    void aBrowserThatAsksForAForeignPageIsRefused() throws IOException {
        Reply told =
                ask("OPTIONS", "/api/publish", "Origin: https://evil.example", "Access-Control-Request-Method: POST");

        assertThat(told.problem(403)).contains("https://evil.example");
        assertThat(told.headers().keySet()).noneMatch(name -> name.startsWith("access-control"));
    }

    @Test
    void anErrorForAListedPageCanBeReadByIt() throws IOException {
        Reply wrong = ask("GET", "/sse?format=xml", "Origin: https://good.example");

        assertThat(wrong.problem(400)).contains("xml");
        assertThat(wrong.header("access-control-allow-origin")).isEqualTo("https://good.example");
        assertThat(wrong.header("access-control-expose-headers")).isEqualToIgnoringCase("Retry-After");
    }

    @Test
    void whatIsNotForOtherPagesSaysNothingToThem() throws IOException {
        for (String path : new String[] {"/metrics", "/console/stats", "/", "/health/live"}) {
            Reply reply = ask("GET", path, "Origin: https://good.example");

            assertThat(reply.status()).as(path).isEqualTo(200);
            assertThat(reply.headers().keySet()).as(path).noneMatch(name -> name.startsWith("access-control"));
        }
    }

    @Test
    void everyAnswerKeepsSnoopersAway() throws IOException {
        for (String path : new String[] {"/metrics", "/", "/nothing", "/sse", "/sse?format=x"}) {
            Reply reply = ask("GET", path);

            assertThat(reply.header("x-content-type-options")).as(path).isEqualTo("nosniff");
            assertThat(reply.header("referrer-policy")).as(path).isEqualTo("no-referrer");
            assertThat(reply.header("server")).as(path).isNull();
        }
        Reply page = ask("GET", "/");
        assertThat(page.header("content-security-policy")).contains("default-src 'none'", "frame-ancestors 'none'");
        assertThat(page.header("x-frame-options")).isEqualTo("DENY");
    }
}
