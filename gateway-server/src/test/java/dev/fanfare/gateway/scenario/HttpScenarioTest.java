package dev.fanfare.gateway.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.fanfare.gateway.boot.RunningGateway;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests as clients should and should not send them. */
class HttpScenarioTest {
    private static final String QUIET = "ticker.source=off";
    private static final String LIVE = RawClient.request("GET", "/health/live");

    @RegisterExtension
    static final Gateways gateways = new Gateways();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/nothing",
                "//",
                "/sse/",
                "/SSE",
                "/../etc/passwd",
                "/console.js/",
                "/%2e%2e",
                "/sse%00",
                "/sse;a=b",
                "*",
                "/\"><script>",
                "/\\\\\"",
                "/%22%5c%0a%0d",
                "/%ed%a0%80",
                "/%f0%9f%98%80",
                "sse",
                "http://test",
                "x:/sse"
            })
    void anUnknownPathIsAProblemInJsonHoweverHostileItIs(String path) throws Exception {
        RunningGateway gateway = gateways.start(QUIET);
        try (RawClient client = RawClient.to(gateway)) {
            if (path.equals("http://test")) {
                assertThat(client.get(path).readReply().status()).isEqualTo(200);
            } else {
                assertThat(client.get(path).readReply().problem(404)).contains("/sse", "/ws");
            }
            assertThat(client.send(LIVE).readReply().status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/%", "/%1", "/%zz", "/%%%", "/sse%", "/ws%4"})
    void aBrokenEscapeIsABadRequestAndTheConnectionServesOn(String path) throws Exception {
        RunningGateway gateway = gateways.start(QUIET);
        try (RawClient client = RawClient.to(gateway)) {
            client.get(path).readReply().problem(400);
            assertThat(client.send(LIVE).readReply().status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POST    | /sse           | GET",
                "OPTIONS | /sse           | GET",
                "HEAD    | /sse           | GET",
                "PUT     | /ws            | GET",
                "DELETE  | /metrics       | GET, HEAD",
                "OPTIONS | /              | GET, HEAD",
                "get     | /health/live   | GET, HEAD",
                "TRACE   | /health/ready  | GET, HEAD",
                "CONNECT | /console/stats | GET, HEAD",
                "BREW    | /console.js    | GET, HEAD",
            })
    void anotherMethodIsRefusedWithTheAllowedOnes(String method, String path, String allowed) throws Exception {
        RunningGateway gateway = gateways.start(QUIET);
        try (RawClient client = RawClient.to(gateway).send(RawClient.request(method, path))) {
            Reply reply = method.equals("HEAD") ? client.readHead() : client.readReply();
            assertThat(reply.status()).isEqualTo(405);
            assertThat(reply.header("allow")).isEqualTo(allowed);
            if (!method.equals("HEAD")) {
                assertThat(reply.problem(405)).contains(method, path, allowed);
            }
            assertThat(client.send(LIVE).readReply().status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/console.css", "/console.js", "/favicon.svg", "/health/live", "/health/ready", "/no"})
    void headAnswersLikeGetWithoutABody(String path) throws Exception {
        RunningGateway gateway = gateways.start(QUIET);
        try (RawClient client = RawClient.to(gateway)) {
            Reply head = client.send(RawClient.request("HEAD", path)).readHead();
            Reply get = client.get(path).readReply();
            assertThat(head.status()).isEqualTo(get.status());
            assertThat(head.headers()).isEqualTo(get.headers());
        }
    }

    static Stream<Arguments> refused() {
        String post = "POST /health/live HTTP/1.1\r\nHost: x\r\n";
        return Stream.of(
                argumentSet("no HTTP at all", 400, "\0\1\2\3 garbage\r\n\r\n"),
                argumentSet("a TLS hello", 400, "\26\3\1\2\0\1\0\1\374\3\3\r\n\r\n"),
                argumentSet("no version", 400, "GET /\r\n\r\n"),
                argumentSet("a version that is none", 400, "GET / HTTX/1.1\r\nHost: x\r\n\r\n"),
                argumentSet("no Host", 400, "GET /health/live HTTP/1.1\r\n\r\n"),
                argumentSet("two Hosts", 400, "GET /health/live HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
                argumentSet("a field without colon", 400, "GET / HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n"),
                argumentSet("a space before the colon", 400, "GET / HTTP/1.1\r\nHost : x\r\n\r\n"),
                argumentSet("NUL in a field", 400, "GET / HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n"),
                argumentSet("CR in a field", 400, "GET / HTTP/1.1\r\nHost: x\r\nA: b\rc\r\n\r\n"),
                argumentSet("bare LF", 400, "GET / HTTP/1.1\nHost: x\n\n"),
                argumentSet(
                        "length and chunks",
                        400,
                        post
                                + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n"),
                argumentSet("two lengths", 400, post + "Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde"),
                argumentSet("a list of lengths", 400, post + "Content-Length: 4, 5\r\n\r\nabcde"),
                argumentSet("a negative length", 400, post + "Content-Length: -1\r\n\r\n"),
                argumentSet("a length with a sign", 400, post + "Content-Length: +4\r\n\r\nabcd"),
                argumentSet("a length in hex", 400, post + "Content-Length: 0x4\r\n\r\nabcd"),
                argumentSet("chunked not last", 400, post + "Transfer-Encoding: chunked, gzip\r\n\r\n"),
                argumentSet("chunked twice", 400, post + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"),
                argumentSet(
                        "chunks in HTTP/1.0", 400, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                argumentSet("a chunk size that is none", 400, post + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n"),
                argumentSet("a negative chunk", 400, post + "Transfer-Encoding: chunked\r\n\r\n-1\r\n"),
                argumentSet("a long line", 414, "GET /" + "a".repeat(5_000) + " HTTP/1.1\r\nHost: x\r\n\r\n"),
                argumentSet("a line without end", 414, "GET /" + "a".repeat(200_000)),
                argumentSet("a long field", 431, LIVE.replace("\r\n\r\n", "\r\nA: " + "b".repeat(17_000) + "\r\n\r\n")),
                argumentSet("many fields", 431, LIVE.replace("\r\n\r\n", "\r\n" + "A: b\r\n".repeat(5_000) + "\r\n")),
                argumentSet("fields without end", 431, LIVE.replace("\r\n\r\n", "\r\n" + "A: b\r\n".repeat(50_000))));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void aRequestThatCannotBeServedIsAnsweredAndTheConnectionClosed(int status, String request) throws Exception {
        RunningGateway gateway = gateways.start(QUIET);
        try (RawClient client = RawClient.to(gateway).send(request.getBytes(StandardCharsets.ISO_8859_1))) {
            Reply reply = client.readReply();
            reply.problem(status);
            assertThat(reply.header("connection")).isEqualTo("close");
            assertThat(client.readToEnd()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource(Gateways.TRANSPORTS)
    void theRefusalReachesAClientThatIsStillSending(String transport) throws Exception {
        RunningGateway gateway = gateways.start("server.transport=" + transport, QUIET);
        String request = "POST /sse HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n" + "x".repeat(3_000_000);
        for (int i = 0; i < 5; i++) {
            try (RawClient client = RawClient.to(gateway).send(request)) {
                client.readReply().problem(413);
                assertThat(client.readToEnd()).isEmpty();
            }
        }
    }

    @Test
    void whatIsOddButAllowedIsServed() throws Exception {
        RunningGateway gateway = gateways.start(QUIET);
        try (RawClient client = RawClient.to(gateway)) {
            client.send("\r\n\r\n" + LIVE); // RFC 9112 §2.2
            assertThat(client.readReply().status()).isEqualTo(200);
            client.send("GET /health/live HTTP/1.1\r\nhOsT:x\r\nA:\r\nB: \t c \t\r\n\r\n");
            assertThat(client.readReply().status()).isEqualTo(200);
            client.send("GET /health/live HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc");
            assertThat(client.readReply().status()).isEqualTo(200);
            client.send("POST /health/live HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "3;ext=1\r\nabc\r\n0\r\nTrailer: x\r\n\r\n");
            assertThat(client.readReply().status()).isEqualTo(405);
            client.send("PUT /no HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
            assertThat(client.readHead().status()).isEqualTo(100);
            assertThat(client.send("hi").readReply().status()).isEqualTo(404);
            assertThat(client.send(LIVE).readReply().status()).isEqualTo(200);
        }
    }

    @Test
    void aClientAsksForTheEndOfTheConnectionAndGetsIt() throws Exception {
        RunningGateway gateway = gateways.start(QUIET);
        try (RawClient client = RawClient.to(gateway)) {
            Reply reply = client.get("/health/live", "Connection: close").readReply();
            assertThat(reply.header("connection")).isEqualTo("close");
            assertThat(client.readToEnd()).isEmpty();
        }
        try (RawClient client = RawClient.to(gateway)) {
            Reply reply = client.send("GET /health/live HTTP/1.0\r\n\r\n").readReply();
            assertThat(reply.status()).isEqualTo(200);
            assertThat(client.readToEnd()).isEmpty();
        }
    }

    @Test
    void anHttp10ClientThatAsksForKeepAliveIsToldThatItHasIt() throws Exception {
        RunningGateway gateway = gateways.start(QUIET);
        try (RawClient client = RawClient.to(gateway)) {
            for (int i = 0; i < 3; i++) {
                client.send("GET /health/live HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
                assertThat(client.readReply().header("connection")).isEqualToIgnoringCase("keep-alive");
            }
        }
    }

    @ParameterizedTest
    @MethodSource(Gateways.TRANSPORTS)
    void pipelinedRequestsAreAnsweredInOrder(String transport) throws Exception {
        RunningGateway gateway = gateways.start("server.transport=" + transport, QUIET);
        try (RawClient client = RawClient.to(gateway)) {
            client.send(RawClient.request("GET", "/metrics") + RawClient.request("GET", "/first") + LIVE
                    + RawClient.request("GET", "/console/stats") + RawClient.request("POST", "/") + "garbage\r\n\r\n");
            assertThat(client.readReply().body()).startsWith("# HELP");
            assertThat(client.readReply().problem(404)).contains("/first");
            assertThat(client.readReply().body()).isEqualTo("{\"status\":\"live\"}");
            assertThat(client.readReply().json().has("connections")).isTrue();
            client.readReply().problem(405);
            client.readReply().problem(400);
            assertThat(client.readToEnd()).isEmpty();
        }
    }

    @Test
    void aRefusalWaitsForTheAnswersBeforeIt() throws Exception {
        RunningGateway gateway = gateways.start(QUIET);
        try (RawClient client = RawClient.to(gateway)) {
            client.send(RawClient.request("GET", "/metrics")
                    + "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 999999\r\n\r\n" + "x".repeat(100_000));
            assertThat(client.readReply().status()).isEqualTo(200);
            client.readReply().problem(413);
            assertThat(client.readToEnd()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource(Gateways.TRANSPORTS)
    void aClientThatPipelinesWithoutEndIsReadNoFasterThanItIsAnswered(String transport) throws Exception {
        RunningGateway gateway = gateways.start("server.transport=" + transport, QUIET);
        int requests = 20_000;
        try (RawClient client = RawClient.to(gateway)) {
            CompletableFuture<RawClient> sent =
                    client.sendMeanwhile(RawClient.request("GET", "/metrics") + LIVE.repeat(requests));
            for (int i = 0; i <= requests; i++) {
                Reply reply = client.readReply();
                assertThat(reply.status()).isEqualTo(200);
                assertThat(reply.header("connection")).isNull();
            }
            assertThat(sent.join().send(LIVE).readReply().status()).isEqualTo(200);
        }
    }

    @Test
    void aStreamThatIsAskedForBehindManyOtherRequestsBegins() throws Exception {
        RunningGateway gateway = gateways.start("ticker.interval=20ms");
        try (RawClient client = RawClient.to(gateway)) {
            client.send(RawClient.request("GET", "/metrics") + LIVE.repeat(100) + RawClient.request("GET", "/sse"));
            for (int i = 0; i <= 100; i++) {
                assertThat(client.readReply().status()).isEqualTo(200);
            }
            assertThat(SseStream.on(client).nextSeqs(2)).isSorted();
        }
        Meters.awaitClosed(gateway, "client", 1);
    }

    @Test
    void theHttpClientOfTheJdkIsServedWithManyRequests() throws Exception {
        RunningGateway gateway = gateways.start(QUIET);
        HttpClient client = HttpClient.newHttpClient();
        for (int i = 0; i < 50; i++) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + "/metrics"))
                    .POST(HttpRequest.BodyPublishers.ofString("x".repeat(i * 1_000)))
                    .build();
            assertThat(client.send(request, HttpResponse.BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(405);
        }
    }
}
