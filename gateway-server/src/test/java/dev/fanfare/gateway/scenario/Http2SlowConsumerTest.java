package dev.fanfare.gateway.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.gateway.boot.RunningGateway;
import dev.fanfare.gateway.scenario.Http2Client.Stream;
import io.netty.handler.codec.http2.Http2Error;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Streams of HTTP/2 whose client does not open its windows are slow consumers, and no burden to the other streams of their connection. */
class Http2SlowConsumerTest {
    /** A tick has about 250 bytes. */
    private static final int TICK = 400;

    private static final int WINDOW = 3_000;

    @RegisterExtension
    static final Gateways gateways = new Gateways();

    @Test
    void aStreamThatIsNotReadGetsTheNewestTickWhenItIsReadAgain() throws Exception {
        RunningGateway gateway = start("catch-up", "30s");
        try (Http2Client client = Http2Client.withWindow(gateway, WINDOW)) {
            Stream slow = client.open(false).send(Http2Client.fields("GET", "/sse"), true);
            Stream good = client.get("/sse");
            long first = good.nextSeq();
            awaitMeter(gateway, "gateway_messages_conflated_total", 30);
            awaitMeter(gateway, "gateway_pending_bytes", 1);
            assertThat(Meters.of(gateway).get("gateway_pending_bytes")).isLessThan(2.0 * TICK);
            assertReadsOn(gateway, good, first);
            long newest =
                    Meters.of(gateway).get("gateway_messages_published_total").longValue();
            slow.read();
            List<Long> seqs = new ArrayList<>();
            for (long seq = slow.nextSeq(); seq < newest; seq = slow.nextSeq()) {
                seqs.add(seq);
            }
            assertThat(seqs).isSorted().doesNotHaveDuplicates();
            assertThat(seqs.size()).isLessThan((int) newest - 10);
            assertThat(Meters.sum(Meters.of(gateway), "gateway_connections_closed_total"))
                    .isZero();
        }
    }

    @Test
    void withDropAStreamThatIsNotReadMissesTicksWithinItsBound() throws Exception {
        RunningGateway gateway = start("drop", "30s");
        try (Http2Client client = Http2Client.withWindow(gateway, WINDOW)) {
            Stream slow = client.open(false).send(Http2Client.fields("GET", "/sse"), true);
            Stream good = client.get("/sse");
            long first = good.nextSeq();
            awaitMeter(gateway, "gateway_messages_dropped_total{reason=\"slow\"}", 30);
            awaitMeter(gateway, "gateway_pending_bytes", 1000);
            assertThat(Meters.of(gateway).get("gateway_pending_bytes")).isLessThanOrEqualTo(2048.0 + TICK);
            assertReadsOn(gateway, good, first);
            slow.read();
            List<String> event = slow.nextEvent();
            while (!event.contains("event: gap")) {
                event = slow.nextEvent();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"disconnect, 30s, slow", "catch-up, 1s, stalled", "drop, 1s, stalled"})
    void aStreamThatIsNotReadIsResetAndTheOthersOfItsConnectionStay(String policy, String stall, String reason)
            throws Exception {
        RunningGateway gateway = start(policy, stall);
        try (Http2Client client = Http2Client.withWindow(gateway, WINDOW)) {
            Stream slow = client.open(false).send(Http2Client.fields("GET", "/sse"), true);
            Stream good = client.get("/sse");
            long first = good.nextSeq();
            assertThat(slow.resetBy()).isEqualTo(Http2Error.CANCEL);
            Meters.awaitClosed(gateway, reason, 1);
            Meters.awaitConnections(gateway, 1, 0);
            assertReadsOn(gateway, good, first);
            assertThat(Meters.of(gateway)).containsEntry("gateway_http2_streams", 1.0);
            await().untilAsserted(() -> assertThat(Meters.of(gateway)).containsEntry("gateway_pending_bytes", 0.0));
        }
    }

    @Test
    void aStreamThatUsesUpTheWindowOfTheWholeConnectionEndsAndTheOthersGoOn() throws Exception {
        RunningGateway gateway = gateways.start("ticker.interval=10ms", "slow-consumer.stall-timeout=1s");
        try (Http2Client client = Http2Client.withWindow(gateway, 65_535)) { // the connection has no more
            Stream slow = client.open(false).send(Http2Client.fields("GET", "/sse"), true);
            Stream good = client.get("/sse");
            good.nextSeq();
            assertThat(slow.resetBy()).isEqualTo(Http2Error.CANCEL);
            Meters.awaitClosed(gateway, "stalled", 1);
            long newest =
                    Meters.of(gateway).get("gateway_messages_published_total").longValue();
            await().untilAsserted(() -> assertThat(good.nextSeq()).isGreaterThan(newest));
            Meters.awaitConnections(gateway, 1, 0);
        }
    }

    @ParameterizedTest
    @CsvSource({"nio, catch-up", "epoll, drop", "epoll, catch-up"})
    void aClientThatReadsNothingAtAllHoldsBoundedBytesAndEnds(String transport, String policy) throws Exception {
        RunningGateway gateway = gateways.start(
                "server.transport=" + transport,
                "ticker.interval=10ms",
                "namespaces.ticks.slow-consumer=" + policy,
                "slow-consumer.max-pending=2KiB",
                "slow-consumer.stall-timeout=2s",
                "http.keep-alive-timeout=1s");
        int most = Integer.MAX_VALUE;
        try (Http2Frames bad = Http2Frames.withSmallBuffer(gateway, 4, most);
                Http2Client client = Http2Client.to(gateway)) {
            bad.send(Http2Frames.WINDOW_UPDATE, 0, 0, Http2Frames.number(most - 65_535));
            for (int i = 0; i < 50; i++) {
                bad.get(2 * i + 1, "/sse");
            }
            Stream good = client.get("/sse");
            long first = good.nextSeq();
            awaitMeter(gateway, "gateway_slow_connections", 50);
            assertThat(Meters.of(gateway).get("gateway_pending_bytes")).isLessThan(50.0 * 2 * 2048);
            Meters.awaitClosed(gateway, "stalled", 50);
            await().untilAsserted(() -> assertThat(Meters.of(gateway)).containsEntry("gateway_pending_bytes", 0.0));
            assertReadsOn(gateway, good, first);
            await().atMost(Meters.PATIENCE)
                    .untilAsserted(() -> assertThat(Meters.of(gateway))
                            .as("a farewell that nobody reads does not keep the connection")
                            .containsEntry("gateway_http2_connections", 1.0));
        }
    }

    private static RunningGateway start(String policy, String stall) {
        return gateways.start(
                "ticker.interval=25ms",
                "namespaces.ticks.slow-consumer=" + policy,
                "slow-consumer.max-pending=2KiB",
                "slow-consumer.stall-timeout=" + stall);
    }

    private static void assertReadsOn(RunningGateway gateway, Stream good, long first) throws Exception {
        long newest = Meters.of(gateway).get("gateway_messages_published_total").longValue();
        List<Long> seqs = new ArrayList<>(List.of(first));
        while (seqs.get(seqs.size() - 1) < newest) {
            seqs.add(good.nextSeq());
        }
        Meters.assertNoGap(gateway, seqs);
    }

    private static void awaitMeter(RunningGateway gateway, String name, double least) {
        await().atMost(Meters.PATIENCE).untilAsserted(() -> {
            Map<String, Double> values = Meters.of(gateway);
            assertThat(values.get(name)).as(name).isGreaterThanOrEqualTo(least);
        });
    }
}
