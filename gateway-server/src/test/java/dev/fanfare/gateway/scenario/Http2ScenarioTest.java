package dev.fanfare.gateway.scenario;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.gateway.boot.RunningGateway;
import dev.fanfare.gateway.scenario.Http2Client.Stream;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP/2 by prior knowledge: the same answers as HTTP/1.1, many streams on one connection. */
class Http2ScenarioTest {
    private static final String QUIET = "ticker.source=off";

    @RegisterExtension
    static final Gateways gateways = new Gateways();

    @ParameterizedTest
    @MethodSource(Gateways.TRANSPORTS)
    void aHundredStreamsOfOneConnectionAllReceiveEveryTick(String transport) throws Exception {
        RunningGateway gateway = gateways.start("server.transport=" + transport);
        try (Http2Client client = Http2Client.to(gateway)) {
            List<Stream> streams = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                streams.add(client.get("/sse"));
            }
            for (Stream stream : streams) {
                Http2Headers head = stream.head();
                assertThat(head.status()).hasToString("200");
                assertThat(head.get("content-type")).hasToString("text/event-stream; charset=utf-8");
                assertThat(head.contains("connection")).isFalse();
                assertThat(head.contains("transfer-encoding")).isFalse();
                List<Long> seqs = new ArrayList<>();
                for (int i = 0; i < 20; i++) { // while the others are opened, a busy loop may pass some by
                    stream.nextSeq();
                }
                for (int i = 0; i < 20; i++) {
                    seqs.add(stream.nextSeq());
                }
                Meters.assertNoGap(gateway, seqs);
            }
            assertThat(Meters.of(gateway))
                    .containsEntry("gateway_connections{transport=\"sse\"}", 100.0)
                    .containsEntry("gateway_http2_connections", 1.0)
                    .containsEntry("gateway_http2_streams", 100.0);
        }
        Meters.awaitConnections(gateway, 0, 0);
        Meters.awaitClosed(gateway, "client", 100);
        await().untilAsserted(() -> assertThat(Meters.of(gateway))
                .containsEntry("gateway_http2_connections_closed_total{reason=\"client\"}", 1.0)
                .containsEntry("gateway_http2_connections", 0.0)
                .containsEntry("gateway_http2_streams", 0.0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/health/live", "/health/ready", "/metrics", "/console/stats"})
    void everyPageIsTheSameAsOverHttp1(String path) throws Exception {
        RunningGateway gateway = gateways.start(QUIET);
        try (Http2Client client = Http2Client.to(gateway);
                RawClient old = RawClient.to(gateway)) {
            Reply expected = old.get(path).readReply();
            Stream stream = client.get(path);
            Http2Headers head = stream.head();
            assertThat(head.status()).hasToString(Integer.toString(expected.status()));
            if (path.startsWith("/health") || path.equals("/")) { // figures change
                assertThat(head.get("content-length")).hasToString(expected.header("content-length"));
                assertThat(stream.textToEnd()).isEqualTo(expected.body());
            }
            for (String name : expected.headers().keySet()) {
                assertThat(head.contains(name)).as(name).isEqualTo(!name.equals("connection"));
            }
            Stream bare = client.open(true).send(Http2Client.fields("HEAD", path), true);
            assertThat(bare.head().contains("content-length")).isTrue();
            assertThat(bare.bytesToEnd()).isEmpty();
        }
    }

    @Test
    void aRequestMayHaveABodyInPartsAndTrailers() throws Exception {
        RunningGateway gateway = gateways.start(QUIET);
        try (Http2Client client = Http2Client.to(gateway)) {
            Stream sse = client.get("/sse?channels=news");
            assertThat(sse.status()).isEqualTo(200);
            Stream publish = client.open(true)
                    .send(Http2Client.fields("POST", "/api/publish", "content-type", "application/json"), false)
                    .send("{\"channel\":\"news\",".getBytes(UTF_8), false)
                    .send("\"data\":{\"n\":1}}".getBytes(UTF_8), false)
                    .send(new io.netty.handler.codec.http2.DefaultHttp2Headers().add("checksum", "none"), true);
            assertThat(publish.status()).isEqualTo(200);
            assertThat(publish.textToEnd()).contains("\"offset\":1");
            assertThat(sse.nextEvent()).contains("data: {\"n\":1}");
        }
    }

    @Test
    void aLongBodyThatIsWantedComesWholeAndOneThatIsNotIsStopped() throws Exception {
        RunningGateway gateway = gateways.start(QUIET, "channels.max-payload=1MiB");
        byte[] large = new byte[300_000];
        java.util.Arrays.fill(large, (byte) 'x');
        byte[] message = ("{\"channel\":\"news\",\"data\":\"" + new String(large, UTF_8) + "\"}").getBytes(UTF_8);
        try (Http2Client client = Http2Client.to(gateway)) {
            Stream wanted = client.open(true)
                    .send(Http2Client.fields("POST", "/api/publish"), false)
                    .send(message, true);
            assertThat(wanted.status()).isEqualTo(200);
            Stream unwanted = client.open(true)
                    .send(Http2Client.fields("GET", "/health/live"), false)
                    .send(message, false);
            assertThat(unwanted.status()).isEqualTo(413);
            assertThat(unwanted.textToEnd()).contains("a request body has at most");
            assertThat(unwanted.resetBy()).isEqualTo(Http2Error.NO_ERROR);
            assertThat(client.get("/health/live").status()).isEqualTo(200);
        }
    }

    @Test
    void aClientThatAsksIsToldToContinue() throws Exception {
        RunningGateway gateway = gateways.start(QUIET);
        try (Http2Client client = Http2Client.to(gateway)) {
            Stream publish =
                    client.open(true).send(Http2Client.fields("POST", "/api/publish", "expect", "100-continue"), false);
            assertThat(publish.status()).isEqualTo(100);
            publish.send("{\"channel\":\"news\",\"data\":1}".getBytes(UTF_8), true);
            assertThat(publish.status()).isEqualTo(200);
            assertThat(publish.textToEnd()).contains("offset");
        }
    }

    @Test
    void mistakesAreProblemsOfTheirStreamAlone() throws Exception {
        RunningGateway gateway = gateways.start(QUIET, "http.max-request-line=256B");
        try (Http2Client client = Http2Client.to(gateway)) {
            assertThat(client.get("/nothing").status()).isEqualTo(404);
            assertThat(client.get("/" + "x".repeat(300)).status()).isEqualTo(414);
            assertThat(client.get("/%zz").status()).isEqualTo(400);
            assertThat(client.get("/health/live", "host", "other").status()).isEqualTo(200); // :authority counts
            Http2Headers nameless = Http2Client.fields("GET", "/health/live");
            nameless.remove(":authority");
            assertThat(client.open(true).send(nameless, true).status()).isEqualTo(400);
            assertThat(client.open(true)
                            .send(Http2Client.fields("DELETE", "/sse"), true)
                            .status())
                    .isEqualTo(405);
            Http2Headers tunnel = new io.netty.handler.codec.http2.DefaultHttp2Headers()
                    .method("CONNECT")
                    .authority("localhost:80");
            assertThat(client.open(true).send(tunnel, false).status()).isEqualTo(501);
            assertThat(client.get("/ws").status()).isEqualTo(400);
            assertThat(client.get("/health/live").status()).isEqualTo(200);
        }
    }

    @Test
    void headerFieldsBeyondTheLimitAreAnswered431() throws Exception {
        RunningGateway gateway = gateways.start(QUIET, "http.max-headers=1KiB");
        try (Http2Client client = Http2Client.to(gateway)) {
            assertThat(client.settings().maxHeaderListSize()).isEqualTo(1024); // Netty's client keeps to it
        }
        try (Http2Frames client = Http2Frames.to(gateway)) {
            client.get(1, "/health/live");
            assertThat(client.next(Http2Frames.HEADERS).stream()).isEqualTo(1);
            ByteArrayOutputStream block = new ByteArrayOutputStream();
            block.writeBytes(Http2Frames.block("GET", "/health/live"));
            for (int i = 0; i < 30; i++) { // as much as 32 bytes each beside the text count (RFC 9113 §6.5.2)
                block.writeBytes(new byte[] {0, 1, 'x', 1, 'y'});
            }
            client.send(Http2Frames.HEADERS, 5, 3, block.toByteArray());
            Http2Frames.Frame answer = client.next(Http2Frames.HEADERS);
            assertThat(answer.stream()).isEqualTo(3);
            assertThat(answer.flags()).isEqualTo(5);
            assertThat(new String(answer.payload(), ISO_8859_1)).contains("431");
        }
    }

    @Test
    void aClientThatResetsItsStreamIsGoneAndTheOthersStay() throws Exception {
        RunningGateway gateway = gateways.start();
        try (Http2Client client = Http2Client.to(gateway)) {
            Stream one = client.get("/sse");
            Stream other = client.get("/sse");
            one.nextSeq();
            one.reset(Http2Error.CANCEL);
            Meters.awaitClosed(gateway, "client", 1);
            long seq = other.nextSeq();
            await().untilAsserted(() -> assertThat(other.nextSeq()).isGreaterThan(seq));
            Meters.awaitConnections(gateway, 1, 0);
        }
    }

    @Test
    void aDrainTellsEveryStreamAndThenEndsTheConnection() throws Exception {
        RunningGateway gateway = gateways.start("drain.notice=1s");
        try (Http2Client client = Http2Client.to(gateway)) {
            Stream one = client.get("/sse");
            Stream two = client.get("/sse");
            one.nextSeq();
            two.nextSeq();
            CompletableFuture<Void> drained = CompletableFuture.runAsync(gateway::drain);
            assertThat(client.goAway()).isEqualTo(new Http2Client.GoAway(Integer.MAX_VALUE, Http2Error.NO_ERROR));
            for (Stream stream : List.of(one, two)) {
                assertThat(stream.textToEnd()).matches("(?s).*\nretry: \\d+\n\n");
                assertThat(stream.wasReset()).isFalse();
            }
            assertThat(client.goAway()).isEqualTo(new Http2Client.GoAway(5, Http2Error.NO_ERROR));
            client.awaitClosed();
            drained.join();
        }
    }

    @Test
    void aConnectionWithoutStreamsIsClosedInTime() throws Exception {
        RunningGateway gateway = gateways.start(QUIET, "http.keep-alive-timeout=1s", "http.request-timeout=2s");
        try (Http2Client used = Http2Client.to(gateway);
                Http2Client unused = Http2Client.to(gateway);
                Http2Client busy = Http2Client.to(gateway)) {
            Stream sse = busy.get("/sse");
            assertThat(used.get("/health/live").status()).isEqualTo(200);
            assertThat(used.goAway()).isEqualTo(new Http2Client.GoAway(3, Http2Error.NO_ERROR));
            used.awaitClosed();
            unused.settings();
            assertThat(unused.goAway()).isEqualTo(new Http2Client.GoAway(0, Http2Error.NO_ERROR));
            unused.awaitClosed();
            assertThat(sse.status()).isEqualTo(200);
            assertThat(busy.channel().isActive()).isTrue();
            assertThat(Meters.of(gateway))
                    .containsEntry("gateway_http2_connections_closed_total{reason=\"idle\"}", 2.0);
        }
    }

    @Test
    void aRequestThatDoesNotEndIsAnswered408() throws Exception {
        RunningGateway gateway = gateways.start(QUIET, "http.request-timeout=1s");
        try (Http2Client client = Http2Client.to(gateway)) {
            Stream slow = client.open(true).send(Http2Client.fields("POST", "/api/publish"), false);
            assertThat(slow.status()).isEqualTo(408);
            assertThat(slow.resetBy()).isEqualTo(Http2Error.NO_ERROR);
            assertThat(Meters.of(gateway)).containsEntry("gateway_request_timeouts_total", 1.0);
        }
    }

    @Test
    void javasOwnClientSpeaksItToo() throws Exception {
        RunningGateway gateway = gateways.start();
        // It begins with an upgrade request on cleartext, which is answered as what it also is: a request of HTTP/1.1.
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + "/health/live"))
                .build();
        assertThat(client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(200);
    }

    @Test
    void whatBeginsLikeThePrefaceAndIsNotIsHttp1() throws Exception {
        RunningGateway gateway = gateways.start(QUIET);
        try (RawClient client = RawClient.to(gateway)) {
            client.sendBytewise("PRI * HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(UTF_8));
            assertThat(client.readReply().status()).isEqualTo(404);
        }
        try (RawClient client = RawClient.to(gateway)) {
            client.send("PRI * HTTP/2.0\r\n\r\nSX\r\n\r\n");
            assertThat(client.readReply().status()).isIn(400, 404, 505);
        }
        try (RawClient client = RawClient.to(gateway)) {
            client.sendBytewise("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(UTF_8));
            client.send(new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0});
            assertThat(client.read(9)[3]).as("SETTINGS").isEqualTo((byte) 4);
        }
        Map<String, Double> values = Meters.of(gateway);
        assertThat(values).containsKey("gateway_http2_connections");
    }
}
