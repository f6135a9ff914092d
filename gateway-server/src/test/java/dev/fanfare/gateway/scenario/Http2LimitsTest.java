package dev.fanfare.gateway.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.gateway.boot.RunningGateway;
import dev.fanfare.gateway.scenario.Http2Client.Stream;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What one client may do with its HTTP/2 connection, and how it ends when it does more. */
class Http2LimitsTest {
    private static final String QUIET = "ticker.source=off";
    private static final int FLOOD = 3_000;

    /** The n-th frame, or few, of each flood. */
    private static final Map<String, IntFunction<byte[]>> FLOODS = Map.ofEntries(
            Map.entry("PING", n -> Http2Frames.frame(Http2Frames.PING, 0, 0, new byte[8])),
            Map.entry(
                    "SETTINGS", n -> Http2Frames.frame(Http2Frames.SETTINGS, 0, 0, Http2Frames.settings(4, 1000 + n))),
            Map.entry("PRIORITY", n -> Http2Frames.frame(Http2Frames.PRIORITY, 0, 2 * n + 1, new byte[5])),
            Map.entry("unknown type", n -> Http2Frames.frame(0x77, 0, 0, new byte[3])),
            Map.entry("WINDOW_UPDATE", n -> Http2Frames.frame(Http2Frames.WINDOW_UPDATE, 0, 0, Http2Frames.number(1))),
            Map.entry("rapid reset", n -> both(request(n), reset(n))),
            Map.entry("reset of nothing", n -> n == 0 ? request(2 * FLOOD) : reset(n)),
            Map.entry("made you reset", n -> both(request(n), zeroWindow(n))),
            Map.entry("empty DATA", n -> n == 0 ? openPost() : Http2Frames.frame(Http2Frames.DATA, 0, 1)),
            Map.entry("CONTINUATION", n -> n == 0 ? openHeaders() : Http2Frames.frame(Http2Frames.CONTINUATION, 0, 1)));

    @RegisterExtension
    static final Gateways gateways = new Gateways();

    static List<String> floods() {
        return FLOODS.keySet().stream().sorted().toList();
    }

    @ParameterizedTest
    @org.junit.jupiter.params.provider.MethodSource("floods")
    void aFloodEndsItsConnectionAndNobodyElseNotices(String kind) throws Exception {
        RunningGateway gateway = gateways.start("http2.max-control-frames=100", "http2.max-resets=100");
        try (Http2Client good = Http2Client.to(gateway);
                Http2Frames bad = Http2Frames.to(gateway)) {
            Stream sse = good.get("/sse");
            long first = sse.nextSeq();
            CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> flood(bad, FLOODS.get(kind)));
            Http2Error error = bad.readToEnd();
            sending.join();
            if (error != null) { // else the reset that follows bytes nobody read came before it
                assertThat(error).isIn(Http2Error.ENHANCE_YOUR_CALM);
            }
            await().untilAsserted(() -> assertThat(Meters.of(gateway))
                    .containsEntry("gateway_http2_connections_closed_total{reason=\"enhance_your_calm\"}", 1.0)
                    .containsEntry("gateway_http2_connections", 1.0)
                    .containsEntry("gateway_http2_streams", 1.0));
            List<Long> seqs = new ArrayList<>(List.of(first));
            for (int i = 0; i < 10; i++) {
                seqs.add(sse.nextSeq());
            }
            Meters.assertNoGap(gateway, seqs);
        }
    }

    @Test
    void aClientThatAnswersWhatItIsSentMayOpenItsWindowsAsOften() throws Exception {
        RunningGateway gateway = gateways.start("http2.max-control-frames=10", "ticker.interval=10ms");
        try (Http2Frames client = Http2Frames.to(gateway)) {
            client.get(1, "/sse");
            for (int i = 0; i < 150; i++) {
                client.next(Http2Frames.DATA);
                client.send(Http2Frames.WINDOW_UPDATE, 0, 1, Http2Frames.number(1000));
                client.send(Http2Frames.WINDOW_UPDATE, 0, 0, Http2Frames.number(1000));
            }
            assertThat(Meters.of(gateway)).containsEntry("gateway_http2_connections", 1.0);
        }
    }

    @Test
    void aStreamMoreThanAConnectionMayHaveIsRefused() throws Exception {
        RunningGateway gateway = gateways.start(QUIET, "http2.max-streams-per-connection=2");
        try (Http2Frames client = Http2Frames.to(gateway)) {
            client.get(1, "/sse").get(3, "/sse").get(5, "/sse");
            Http2Frames.Frame reset = client.next(Http2Frames.RST_STREAM);
            assertThat(reset.stream()).isEqualTo(5);
            assertThat(reset.error()).isEqualTo(Http2Error.REFUSED_STREAM);
            assertThat(Meters.of(gateway))
                    .containsEntry("gateway_http2_streams_reset_total{error=\"refused_stream\"}", 1.0);
            client.send(Http2Frames.RST_STREAM, 0, 1, Http2Frames.number(8)).get(7, "/health/live");
            assertThat(client.next(Http2Frames.HEADERS).stream()).isEqualTo(7);
        }
        try (Http2Client client = Http2Client.to(gateway)) {
            assertThat(client.settings().maxConcurrentStreams()).isEqualTo(2);
            assertThat(client.settings().connectProtocolEnabled()).isTrue();
        }
    }

    @Test
    void streamsOfAllConnectionsTogetherHaveABound() throws Exception {
        RunningGateway gateway = gateways.start(QUIET, "http2.max-streams=2");
        try (Http2Client one = Http2Client.to(gateway);
                Http2Client other = Http2Client.to(gateway)) {
            assertThat(one.get("/sse").status()).isEqualTo(200);
            Stream second = other.get("/sse");
            assertThat(second.status()).isEqualTo(200);
            Http2Headers refusal = other.get("/sse").head();
            assertThat(refusal.status()).hasToString("503");
            assertThat(Integer.parseInt(refusal.get("retry-after").toString())).isBetween(1, 10);
            assertThat(other.get("/health/live").status()).isEqualTo(200);
            assertThat(Meters.of(gateway))
                    .containsEntry("gateway_connections_refused_total{reason=\"max_streams\"}", 1.0);
            second.reset(Http2Error.CANCEL);
            Meters.awaitConnections(gateway, 1, 0);
            assertThat(other.get("/sse").status()).isEqualTo(200);
        }
    }

    @Test
    void aConnectionBeyondTheLimitMayAskButNotStay() throws Exception {
        RunningGateway gateway = gateways.start(QUIET, "limits.max-connections=1");
        try (Http2Client first = Http2Client.to(gateway)) {
            assertThat(first.get("/sse").status()).isEqualTo(200); // or the other loop may count the second before it
            try (Http2Client second = Http2Client.to(gateway)) {
                assertThat(second.get("/sse").status()).isEqualTo(503);
                assertThat(second.get("/health/live").status()).isEqualTo(200);
                assertThat(second.goAway().error()).isEqualTo(Http2Error.NO_ERROR);
                second.awaitClosed();
                assertThat(first.channel().isActive()).isTrue();
            }
        }
    }

    @Test
    void aConnectionBeyondTheLimitThatGoesOnAskingEndsAsSoon() throws Exception {
        RunningGateway gateway = gateways.start(QUIET, "limits.max-connections=1");
        try (Http2Client first = Http2Client.to(gateway)) {
            assertThat(first.get("/sse").status()).isEqualTo(200);
            try (Http2Frames second = Http2Frames.to(gateway)) {
                AtomicInteger asked = new AtomicInteger();
                CompletableFuture<Void> asking = CompletableFuture.runAsync(() -> ask(second, asked));
                second.readToEnd();
                assertThat(asked.get()).isBetween(10, 60);
                asking.join();
            }
            await().untilAsserted(() -> assertThat(Meters.of(gateway))
                    .containsEntry("gateway_http2_connections_closed_total{reason=\"refused\"}", 1.0));
            assertThat(first.channel().isActive()).isTrue();
        }
    }

    /** Ten times a second, for ten seconds at most. */
    private static void ask(Http2Frames client, AtomicInteger asked) {
        try {
            while (asked.get() < 100) {
                client.get(2 * asked.getAndIncrement() + 1, "/health/live");
                Thread.sleep(100);
            }
        } catch (IOException | InterruptedException closed) {
            // as it is to be
        }
    }

    @Test
    void fewBytesThatStandForLongHeadsAreNotKeptForManyRequests() throws Exception {
        RunningGateway gateway = gateways.start(QUIET);
        try (Http2Frames client = Http2Frames.to(gateway)) {
            for (int i = 0; i < 50; i++) { // whose bodies never come
                byte[] block = both(Http2Frames.block("POST", "/api/publish"), i == 0 ? firstCookie() : new byte[0]);
                byte[] again = {(byte) 0xbe, (byte) 0xbe, (byte) 0xbe}; // the newest entry of the table, three times
                client.send(Http2Frames.HEADERS, Http2Frames.END_HEADERS, 2 * i + 1, both(block, again));
            }
            Http2Frames.Frame reset = client.next(Http2Frames.RST_STREAM);
            int kept = (reset.stream() - 1) / 2;
            assertThat(kept * 12_000).isBetween(200_000, 256 * 1024);
            assertThat(reset.error()).isEqualTo(Http2Error.REFUSED_STREAM);
            for (int i = kept + 1; i < 50; i++) {
                assertThat(client.next(Http2Frames.RST_STREAM).error()).isEqualTo(Http2Error.REFUSED_STREAM);
            }
            client.send(Http2Frames.RST_STREAM, 0, 3, Http2Frames.number(8)).get(101, "/health/live");
            assertThat(client.next(Http2Frames.HEADERS).stream()).isEqualTo(101);
        }
    }

    /** A cookie of 4,000 bytes, which goes into the table of HPACK. */
    private static byte[] firstCookie() {
        byte[] field = new byte[4 + 4_000];
        field[0] = 0x60; // with indexing; the name is entry 32 of the static table
        field[1] = 0x7f;
        field[2] = (byte) 0xa1; // 127 + 33 + 30 * 128
        field[3] = 0x1e;
        java.util.Arrays.fill(field, 4, field.length, (byte) 'c');
        return field;
    }

    @Test
    void answersThatNobodyTakesAreBoundedAndCutOffInTime() throws Exception {
        RunningGateway gateway = gateways.start(QUIET, "http.request-timeout=2s");
        try (Http2Frames client = Http2Frames.to(gateway, 4, 0)) { // no window at all
            for (int i = 0; i < 200; i++) {
                client.get(2 * i + 1, "/");
            }
            int refused = 0;
            Http2Frames.Frame reset = client.next(Http2Frames.RST_STREAM);
            while (reset.error() == Http2Error.ENHANCE_YOUR_CALM) {
                refused++;
                reset = client.next(Http2Frames.RST_STREAM);
            }
            assertThat(refused).isPositive();
            assertThat(reset.error()).isEqualTo(Http2Error.CANCEL);
            for (int i = 1; i < 200 - refused; i++) {
                assertThat(client.next(Http2Frames.RST_STREAM).error()).isEqualTo(Http2Error.CANCEL);
            }
            assertThat(Meters.of(gateway)).containsEntry("gateway_http2_streams", 0.0);
        }
    }

    @Test
    void answersThatNobodyTakesOnAllConnectionsTogetherAreBounded() throws Exception {
        RunningGateway gateway = gateways.start(QUIET, "http2.max-answers=64KiB");
        try (Http2Frames one = Http2Frames.to(gateway, 4, 0);
                Http2Frames other = Http2Frames.to(gateway, 4, 0)) {
            assertThat(one.get(1, "/").next(Http2Frames.HEADERS).stream()).isEqualTo(1);
            double each = Meters.of(gateway).get("gateway_http2_answer_bytes");
            int fit = (int) (64 * 1024 / each);
            assertThat(fit).isBetween(2, 200); // far less than may wait on one connection
            for (int i = 1; i <= fit; i++) {
                one.get(2 * i + 1, "/");
            }
            assertCalmed(one, 2 * fit + 1);
            other.get(1, "/"); // an only answer waits, as it would over HTTP/1.1
            assertThat(other.next(Http2Frames.HEADERS).stream()).isEqualTo(1);
            assertCalmed(other.get(3, "/"), 3);
            assertThat(Meters.of(gateway))
                    .containsEntry("gateway_http2_answer_bytes", (fit + 1) * each)
                    .containsEntry("gateway_http2_streams_reset_total{error=\"enhance_your_calm\"}", 2.0);
            one.client().close();
            await().untilAsserted(
                            () -> assertThat(Meters.of(gateway)).containsEntry("gateway_http2_answer_bytes", each));
            assertThat(other.get(5, "/").next(Http2Frames.HEADERS).stream()).isEqualTo(5);
        }
    }

    private static void assertCalmed(Http2Frames client, int stream) throws IOException {
        Http2Frames.Frame reset = client.next(Http2Frames.RST_STREAM);
        assertThat(reset.stream()).isEqualTo(stream);
        assertThat(reset.error()).isEqualTo(Http2Error.ENHANCE_YOUR_CALM);
    }

    @ParameterizedTest
    @ValueSource(strings = {"no preface", "frame too large", "broken header block"})
    void whatIsNoHttp2EndsQuietly(String how) throws Exception {
        RunningGateway gateway = gateways.start(QUIET);
        try (Http2Frames client = Http2Frames.to(gateway)) {
            switch (how) {
                case "no preface" -> client.client().send("this is no frame at all, but there are many bytes of it");
                case "frame too large" -> client.send(Http2Frames.DATA, 0, 1, new byte[20_000]);
                default -> client.send(Http2Frames.HEADERS, 5, 1, new byte[] {(byte) 0xff, 1, 2, 3});
            }
            client.readToEnd();
            await().untilAsserted(() -> {
                Map<String, Double> values = Meters.of(gateway);
                assertThat(values).containsEntry("gateway_http2_connections", 0.0);
                assertThat(Meters.sum(values, "gateway_http2_connections_closed_total"))
                        .isEqualTo(1.0);
            });
        }
    }

    private static void flood(Http2Frames client, IntFunction<byte[]> frames) {
        try {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (int n = 0; n < FLOOD; n++) {
                all.writeBytes(frames.apply(n));
            }
            client.client().send(all.toByteArray());
        } catch (IOException closed) {
            assertThat(closed).hasMessageMatching(".*(reset|Broken pipe|closed).*");
        }
    }

    private static byte[] request(int n) {
        return Http2Frames.frame(
                Http2Frames.HEADERS,
                Http2Frames.END_STREAM | Http2Frames.END_HEADERS,
                2 * n + 1,
                Http2Frames.block("GET", "/sse"));
    }

    private static byte[] reset(int n) {
        return Http2Frames.frame(Http2Frames.RST_STREAM, 0, 2 * n + 1, Http2Frames.number(8));
    }

    /** An error of the stream, which the gateway must answer with a reset. */
    private static byte[] zeroWindow(int n) {
        return Http2Frames.frame(Http2Frames.WINDOW_UPDATE, 0, 2 * n + 1, Http2Frames.number(0));
    }

    private static byte[] openPost() {
        return Http2Frames.frame(
                Http2Frames.HEADERS, Http2Frames.END_HEADERS, 1, Http2Frames.block("POST", "/api/publish"));
    }

    private static byte[] openHeaders() {
        return Http2Frames.frame(Http2Frames.HEADERS, Http2Frames.END_STREAM, 1, Http2Frames.block("GET", "/sse"));
    }

    private static byte[] both(byte[] one, byte[] other) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(one);
        all.writeBytes(other);
        return all.toByteArray();
    }
}
