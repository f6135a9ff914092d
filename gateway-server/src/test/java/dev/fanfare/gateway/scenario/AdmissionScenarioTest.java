package dev.fanfare.gateway.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.gateway.boot.RunningGateway;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class AdmissionScenarioTest {
    @RegisterExtension
    static final Gateways gateways = new Gateways();

    @Test
    void aStreamBeyondTheLimitIsToldToComeBackAndCountedWhileHealthAndMetricsAnswer() throws Exception {
        RunningGateway gateway = gateways.start("limits.max-connections=2");
        try (SseStream first = SseStream.open(gateway);
                WsStream second = WsStream.open(gateway);
                RawClient sse = RawClient.to(gateway);
                RawClient webSocket = RawClient.to(gateway);
                RawClient health = RawClient.to(gateway);
                RawClient metrics = RawClient.to(gateway)) {
            Reply refused = sse.get("/sse").readReply();
            assertThat(refused.problem(503)).contains("as many connections as it may");
            assertThat(Integer.parseInt(refused.header("retry-after"))).isBetween(1, 10);
            assertThat(sse.readToEnd()).isEmpty();
            assertThat(webSocket.send(WsStream.HANDSHAKE).readReply().status()).isEqualTo(503);
            assertThat(health.get("/health/ready").readReply().status()).isEqualTo(200);
            assertThat(metrics.get("/metrics").readReply().body())
                    .contains("gateway_connections_refused_total{reason=\"max_connections\"} 2.0");

            first.client().reset();
            await().atMost(Meters.PATIENCE).untilAsserted(() -> {
                try (SseStream next = SseStream.open(gateway)) {
                    assertThat(next.head().status()).isEqualTo(200);
                }
            });
            assertThat(second.next(WsStream.TEXT)).isNotNull();
        }
    }

    @Test
    void oneAddressTakesNoMoreThanItsShare() throws Exception {
        gateways.expectWarning("127.0.0.1 has as many connections as it may");
        RunningGateway gateway = gateways.start("limits.max-connections-per-address=1", "limits.exempt-addresses=none");
        try (SseStream first = SseStream.open(gateway);
                RawClient second = RawClient.to(gateway)) {
            assertThat(second.get("/sse").readReply().problem(503)).contains("this address");
            assertThat(first.nextSeq()).isPositive();
        }
    }

    @Test
    void thisMachineAndPrivateNetworksHaveNoLimitOfTheirOwnUnlessTheyAreToHaveOne() throws Exception {
        RunningGateway gateway =
                gateways.start("limits.max-connections-per-address=1", "limits.open-rate-per-address=1");
        try (SseStream first = SseStream.open(gateway);
                SseStream second = SseStream.open(gateway)) {
            assertThat(first.nextSeq()).isPositive();
            assertThat(second.nextSeq()).isPositive();
        }
    }

    @Test
    void oneAddressOpensNoFasterThanItMay() throws Exception {
        gateways.expectWarning("127.0.0.1 opens connections too fast");
        RunningGateway gateway = gateways.start("limits.open-rate-per-address=2", "limits.exempt-addresses=none");
        try (SseStream first = SseStream.open(gateway);
                SseStream second = SseStream.open(gateway);
                RawClient third = RawClient.to(gateway);
                RawClient other = RawClient.from("127.0.0.2", gateway)) {
            assertThat(third.get("/sse").readReply().problem(503)).contains("too fast");
            assertThat(Meters.read(other))
                    .containsEntry("gateway_connections_refused_total{reason=\"address_rate\"}", 1.0);
            assertThat(first.nextSeq()).isPositive();
            assertThat(second.nextSeq()).isPositive();
        }
    }

    @Test
    void whenManyAreBeingToldThatTheyAreRefusedOthersAreCutAtOnce() throws Exception {
        gateways.expectWarning("127.0.0.2 has as many connections as it may");
        RunningGateway gateway =
                gateways.start("limits.max-connections-per-address=1", "limits.exempt-addresses=127.0.0.1");
        List<RawClient> flood = new ArrayList<>();
        try (RawClient metrics = RawClient.to(gateway)) {
            for (int i = 0; i < 300; i++) {
                try {
                    flood.add(RawClient.from("127.0.0.2", gateway));
                } catch (SocketException reset) { // before it knew that it was connected
                    assertThat(reset).hasMessageContaining("reset");
                }
            }
            await().atMost(Meters.PATIENCE)
                    .untilAsserted(() -> assertThat(
                                    Meters.read(metrics).get("gateway_limits_reached_total{limit=\"cut_at_accept\"}"))
                            .isPositive());
            try (SseStream exempt = SseStream.open(gateway)) {
                assertThat(exempt.nextSeq()).isPositive();
            }
        } finally {
            for (RawClient one : flood) {
                one.close();
            }
        }
    }

    @Test
    void aStreamOfOneChannelTooManyIsRefusedAndThoseOfKnownOnesAreNot() throws Exception {
        RunningGateway gateway = gateways.start("engine.memory.max-channels=2", "ticker.source=off");
        try (RawClient first = RawClient.to(gateway);
                RawClient refused = RawClient.to(gateway);
                RawClient known = RawClient.to(gateway);
                RawClient metrics = RawClient.to(gateway)) {
            assertThat(first.get("/sse?channels=a,b").readHead().status()).isEqualTo(200);
            await().atMost(Meters.PATIENCE)
                    .untilAsserted(
                            () -> assertThat(metrics.get("/metrics").readReply().body())
                                    .contains("gateway_engine_channels 2.0"));
            assertThat(refused.get("/sse?channels=a,c").readReply().problem(503))
                    .contains("as many channels");
            assertThat(known.get("/sse?channels=a,b").readHead().status()).isEqualTo(200);
            assertThat(metrics.get("/metrics").readReply().body())
                    .contains("gateway_connections_refused_total{reason=\"engine\"} 1.0");
        }
    }
}
