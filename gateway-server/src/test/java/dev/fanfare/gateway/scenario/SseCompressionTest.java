package dev.fanfare.gateway.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.gateway.boot.RunningGateway;
import dev.fanfare.gateway.wire.Decoding;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Content codings of SSE streams over real sockets. */
class SseCompressionTest {
    private static final String[] ALL = {"ticker.source=off", "compression.sse=all"};

    @RegisterExtension
    static final Gateways gateways = new Gateways();

    @ParameterizedTest
    @CsvSource({"gzip, epoll", "zstd, epoll", "identity, epoll", "gzip, nio", "zstd, io-uring"})
    void eventsOfEverySizeArriveAsTheyWerePublished(String coding, String transport) throws Exception {
        RunningGateway gateway = gateways.start(
                "ticker.source=off", "compression.sse=all", "sse.heartbeat=1s", "server.transport=" + transport);
        ApiCalls api = new ApiCalls(gateway);
        Random random = new Random(1952);
        List<String> sent = new ArrayList<>();
        try (SseStream stream = open(gateway, "/sse?channels=a", "Accept-Encoding: " + coding);
                SseStream other = open(gateway, "/sse?channels=a", "Accept-Encoding: " + coding)) {
            assertThat(stream.head().header("vary")).contains("Accept-Encoding");
            assertThat(stream.head().headers().get("content-encoding"))
                    .isEqualTo(coding.equals("identity") ? null : List.of(coding));
            assertThat(stream.nextBlock()).containsExactly(": welcome");
            stream.nextPosition(); // before that a publication may pass
            other.nextPosition();
            for (int i = 0; i < 60; i++) {
                String text = i % 3 == 0 ? "tiny " + i : Decoding.json(random, 100 + random.nextInt(30_000));
                sent.add("data: " + text);
                assertThat(api.post("/publish/a", text).status()).isEqualTo(200);
                List<String> event = stream.nextEvent();
                assertThat(event).hasSize(2).last().isEqualTo("data: " + text);
                assertThat(event.get(0)).matches("id: \\w{6}\\.[\\w-]{4,13}");
            }
            List<String> block = stream.nextBlock();
            assertThat(block).containsExactly(": heartbeat");
            for (String each : sent) { // who joined later, and reads later, gets the same bytes
                assertThat(other.nextEvent()).last().isEqualTo(each);
            }
            gateway.drain();
            List<List<String>> rest = stream.readToEnd();
            assertThat(rest.get(rest.size() - 1).get(0)).matches("retry: \\d+");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "zstd"})
    void anEventWithAnIdOfItsOwnIsAPieceBesideASharedOne(String coding) throws Exception {
        RunningGateway gateway = gateways.start(ALL);
        ApiCalls api = new ApiCalls(gateway);
        String id;
        try (SseStream stream = open(gateway, "/sse?channels=a,b,c", "Accept-Encoding: " + coding)) {
            id = stream.nextPosition();
            for (int i = 0; i < 30; i++) {
                String channel = List.of("a", "b", "c").get(i % 3);
                String text = i % 2 == 0 ? "x" + i : "y".repeat(2_000) + i;
                api.post("/publish/" + channel, text);
                List<String> event = stream.nextEvent();
                assertThat(event).hasSize(2).last().isEqualTo("data: " + text);
                assertThat(event.get(0)).startsWith("id: ").isNotEqualTo("id: " + id);
                id = event.get(0).substring(4);
            }
        }
        api.post("/publish/b", "missed " + "m".repeat(1_000));
        try (SseStream back =
                open(gateway, "/sse?channels=a,b,c", "Accept-Encoding: " + coding, "Last-Event-ID: " + id)) {
            assertThat(back.nextEvent()).last().asString().startsWith("data: missed mmm");
        }
        Map<String, Double> meters = Meters.of(gateway);
        assertThat(meters)
                .containsEntry("gateway_compressed_connections_opened_total{coding=\"%s\"}".formatted(coding), 2.0);
        assertThat(meters.get("gateway_publications_compressed_total{coding=\"%s\"}".formatted(coding)))
                .isBetween(15.0, 16.0); // the last one, if the gateway had not heard yet that nobody was there
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "all  | gzip, deflate, br, zstd | gzip",
                "all  | zstd                    | zstd",
                "all  | gzip;q=0.5, zstd        | zstd",
                "all  | *                       | gzip",
                "all  | gzip;q=0, *             | zstd",
                "all  | identity, gzip;q=0.9    | ",
                "all  | br, deflate             | ",
                "all  | identity;q=0, zstd;q=0.1 | zstd",
                "gzip | gzip, deflate, br, zstd | gzip",
                "gzip | zstd                    | ",
                "zstd | gzip, deflate, br, zstd | zstd",
                "off  | gzip, deflate, br, zstd | "
            })
    void theClientChoosesFromWhatIsConfigured(String setting, String accepted, String coding) throws Exception {
        RunningGateway gateway = gateways.start("ticker.interval=20ms", "compression.sse=" + setting);
        try (SseStream stream = open(gateway, "/sse", "Accept-Encoding: " + accepted)) {
            assertThat(stream.head().headers().get("content-encoding"))
                    .isEqualTo(coding == null ? null : List.of(coding));
            assertThat(String.valueOf(stream.head().headers().get("vary")).contains("Accept-Encoding"))
                    .isNotEqualTo(setting.equals("off"));
            assertThat(stream.nextSeqs(3)).isSorted();
        }
    }

    @Test
    void whoAsksForNothingGetsTheTextAsItIs() throws Exception {
        RunningGateway gateway = gateways.start("compression.sse=all");
        try (SseStream stream = SseStream.open(gateway)) {
            assertThat(stream.head().headers()).doesNotContainKey("content-encoding");
            assertThat(stream.nextSeqs(3)).isSorted();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"off | identity;q=0", "gzip | identity;q=0, zstd", "all | *;q=0"})
    void whoRulesEverythingOutIsToldWhatThereIs(String setting, String accepted) throws Exception {
        RunningGateway gateway = gateways.start("ticker.source=off", "compression.sse=" + setting);
        try (RawClient client = RawClient.to(gateway).get("/sse", "Accept-Encoding: " + accepted)) {
            Reply reply = client.readReply();
            assertThat(reply.status()).isEqualTo(406);
            assertThat(reply.body()).contains("Accept-Encoding", "identity");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "zstd"})
    void aBodyWithoutChunksIsCodedToo(String coding) throws Exception {
        RunningGateway gateway = gateways.start(ALL);
        String request = RawClient.request("GET", "/sse?channels=a", "Accept-Encoding: " + coding)
                .replace("HTTP/1.1", "HTTP/1.0");
        try (SseStream stream = SseStream.on(RawClient.to(gateway).send(request))) {
            assertThat(stream.head().header("content-encoding")).isEqualTo(coding);
            stream.nextPosition();
            new ApiCalls(gateway).post("/publish/a", "z".repeat(5_000));
            assertThat(stream.nextEvent()).last().isEqualTo("data: " + "z".repeat(5_000));
            gateway.drain();
            assertThat(stream.readToEnd()).hasSize(1);
        }
    }

    @Test
    void theSameFrameServesEverybodyAndIsLetGoOf() throws Exception {
        RunningGateway gateway = gateways.start(ALL);
        List<SseStream> streams = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            SseStream stream = gateways.closing(open(gateway, "/sse?channels=a", "Accept-Encoding: gzip"));
            stream.nextPosition();
            streams.add(stream);
        }
        for (int i = 0; i < 10; i++) {
            new ApiCalls(gateway).post("/publish/a", i + "w".repeat(3_000));
        }
        for (SseStream stream : streams) {
            for (int i = 0; i < 10; i++) {
                assertThat(stream.nextEvent()).last().isEqualTo("data: " + i + "w".repeat(3_000));
            }
        }
        await().untilAsserted(() -> assertThat(Meters.of(gateway))
                .containsEntry("gateway_publications_compressed_total{coding=\"gzip\"}", 10.0)
                .containsEntry("gateway_messages_delivered_total{transport=\"sse\"}", 400.0));
    }

    private static SseStream open(RunningGateway gateway, String path, String... headers) throws Exception {
        return SseStream.on(RawClient.to(gateway).get(path, headers));
    }
}
