package dev.fanfare.gateway.scenario;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.fanfare.gateway.boot.RunningGateway;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose bodies are kept, how long they may be, and how many bytes of them at once. */
class RequestBodyScenarioTest {
    private static final String QUIET = "ticker.source=off";
    private static final String LIVE = RawClient.request("GET", "/health/live");
    private static final String HELD = "gateway_request_body_bytes";

    @RegisterExtension
    static final Gateways gateways = new Gateways();

    /** A call with a body that is announced. */
    private static String bulk(int length, String... headers) {
        return RawClient.request("POST", "/api/bulk", headers)
                .replace("\r\n\r\n", "\r\nContent-Length: " + length + "\r\n\r\n");
    }

    private static void awaitHeld(RunningGateway gateway, double least, double most) {
        await().atMost(Meters.PATIENCE)
                .untilAsserted(
                        () -> assertThat(Meters.of(gateway).get(HELD)).as(HELD).isBetween(least, most));
    }

    static Stream<Arguments> refused() {
        String get = "GET /health/live HTTP/1.1\r\nHost: x\r\n";
        String post = get.replace("GET", "POST");
        String chunked = "Transfer-Encoding: chunked\r\n\r\n";
        return Stream.of(
                argumentSet("long", 413, get + "Content-Length: 300000\r\n\r\n" + "x".repeat(300_000)),
                argumentSet("announced too long", 413, post + "Content-Length: 9223372036854775807\r\n\r\n"),
                argumentSet("in chunks", 413, get + chunked + ("400\r\n" + "x".repeat(0x400) + "\r\n").repeat(5)),
                argumentSet(
                        "in chunks to the API",
                        413,
                        RawClient.request("POST", "/api/bulk").replace("\r\n\r\n", "\r\n" + chunked)
                                + ("4000\r\n" + "x".repeat(0x4000) + "\r\n").repeat(65)),
                argumentSet("after 100-continue", 413, get + "Expect: 100-continue\r\nContent-Length: 300000\r\n\r\n"),
                argumentSet("to the API after 100-continue", 413, bulk((1 << 20) + 1, "Expect: 100-continue")),
                argumentSet("to a stream", 413, get.replace("/health/live", "/ws") + "Content-Length: 5000\r\n\r\n"),
                argumentSet("by a method not allowed", 405, post + "Content-Length: 5000\r\n\r\n" + "x".repeat(5_000)),
                argumentSet("to nobody", 404, get.replace("/health/live", "/no") + "Content-Length: 5000\r\n\r\n"),
                argumentSet("to a broken path", 400, get.replace("/health", "/%zz") + "Content-Length: 5000\r\n\r\n"),
                argumentSet("from a browser", 403, bulk(5_000, "Origin: http://x")),
                argumentSet(
                        "from a browser after 100-continue", 403, bulk(5_000, "Origin: null", "Expect: 100-continue")),
                argumentSet(
                        "from a browser in chunks",
                        403,
                        RawClient.request("POST", "/publish/a", "Origin: http://x")
                                        .replace("\r\n\r\n", "\r\n" + chunked)
                                + "1388\r\n"
                                + "x".repeat(5_000)));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void aBodyThatNobodyWantsIsRefusedBeforeItIsThere(int status, String request) throws Exception {
        RunningGateway gateway = gateways.start(QUIET);
        try (RawClient client = RawClient.to(gateway).send(request.getBytes(ISO_8859_1))) {
            Reply reply = client.readReply();
            reply.problem(status);
            assertThat(reply.header("connection")).isEqualTo("close");
            assertThat(client.readToEnd()).isEmpty();
        }
        awaitHeld(gateway, 0, 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4_096, 4_097, 100_000, 1 << 20})
    void theApiTakesABodyOfUpToTheLimitAndKeepsTheConnection(int length) throws Exception {
        RunningGateway gateway = gateways.start(QUIET, "channels.max-payload=2MiB");
        try (RawClient client = RawClient.to(gateway)) {
            for (int i = 1; i <= 2; i++) {
                client.send(RawClient.request("POST", "/publish/a", "Content-Length: " + length) + "x".repeat(length));
                assertThat(client.readReply().json().get("offset").intValue()).isEqualTo(i);
            }
            client.send(RawClient.request("POST", "/publish/a", "Transfer-Encoding: chunked"));
            for (int sent = 0; sent < length; sent += 50_000) {
                int part = Math.min(50_000, length - sent);
                client.send(Integer.toHexString(part) + "\r\n" + "x".repeat(part) + "\r\n");
            }
            assertThat(client.send("0\r\n\r\n").readReply().json().get("offset").intValue())
                    .isEqualTo(3);
            assertThat(client.send(LIVE).readReply().status()).isEqualTo(200);
        }
        awaitHeld(gateway, 0, 0);
    }

    @Test
    void aStrangersShortBodyIsReadSoThatTheConnectionServesOn() throws Exception {
        RunningGateway gateway = gateways.start(QUIET, "api.key=s3cret");
        try (RawClient client = RawClient.to(gateway)) {
            client.send(bulk(4_096) + "x".repeat(4_096)).readReply().problem(401);
            assertThat(client.send(LIVE).readReply().status()).isEqualTo(200);
            Reply refused = client.send(bulk(4_097, "Expect: 100-continue")).readReply();
            refused.problem(401);
            assertThat(refused.header("www-authenticate")).isEqualTo("apikey");
            assertThat(client.readToEnd()).isEmpty();
        }
    }

    @Test
    void bodiesThatWouldTakeTooMuchMemoryTogetherAreRefusedUntilOthersAreGone() throws Exception {
        RunningGateway gateway = gateways.start(QUIET, "http.max-body=64KiB", "http.max-bodies=128KiB");
        String part = "\n".repeat(60_000);
        try (RawClient first = RawClient.to(gateway).send(bulk(65_000) + part);
                RawClient second = RawClient.to(gateway).send(bulk(65_000) + part)) {
            awaitHeld(gateway, 120_000, 131_072);
            try (RawClient third = RawClient.to(gateway).send(bulk(65_000) + part)) {
                Reply refused = third.readReply();
                assertThat(refused.problem(503)).contains("http.max-bodies");
                assertThat(refused.header("retry-after")).isEqualTo("1");
                assertThat(third.readToEnd()).isEmpty();
            }
            assertThat(Meters.of(gateway)).containsEntry("gateway_request_bodies_refused_total", 1.0);
            try (RawClient small = RawClient.to(gateway)) {
                assertThat(small.send(bulk(1) + "\n").readReply().status())
                        .as("a short one does not count")
                        .isEqualTo(200);
            }
            assertThat(first.send("\n".repeat(5_000)).readReply().status()).isEqualTo(200);
            awaitHeld(gateway, 60_000, 65_536);
            try (RawClient fourth = RawClient.to(gateway).send(bulk(65_000) + "\n".repeat(65_000))) {
                assertThat(fourth.readReply().status()).isEqualTo(200);
            }
            second.reset();
        }
        awaitHeld(gateway, 0, 0);
    }

    @Test
    void aBodyThatBeganBehindAnotherRequestHasNoMoreTimeThanOthers() throws Exception {
        RunningGateway gateway = gateways.start(QUIET, "http.request-timeout=1s", "http.keep-alive-timeout=60s");
        try (RawClient client = RawClient.to(gateway)) {
            client.send(RawClient.request("GET", "/metrics") + bulk(5_000) + "\n");
            assertThat(client.readReply().status()).isEqualTo(200);
            client.readReply().problem(408);
            assertThat(client.readToEnd()).isEmpty();
        }
        awaitHeld(gateway, 0, 0);
    }

    @Test
    void longBodiesThatWaitOnOneConnectionAreBoundedAndAllAnswered() throws Exception {
        RunningGateway gateway = gateways.start(QUIET, "http.max-body=64KiB", "http.max-bodies=256KiB");
        String call = bulk(40_000) + "\n".repeat(40_000);
        int calls = 40;
        try (RawClient client = RawClient.to(gateway)) {
            CompletableFuture<RawClient> sent =
                    client.sendMeanwhile(RawClient.request("GET", "/metrics") + call.repeat(calls));
            for (int i = 0; i <= calls; i++) {
                assertThat(client.readReply().status()).isEqualTo(200);
            }
            sent.join();
        }
        awaitHeld(gateway, 0, 0);
    }
}
