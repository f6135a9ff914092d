package dev.fanfare.gateway.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.gateway.boot.RunningGateway;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The meters of a gateway as its {@code /metrics} shows them. */
final class Meters {
    static final Duration PATIENCE = Duration.ofSeconds(15);

    private Meters() {}

    /** Values by name with labels, as in {@code gateway_connections{transport="sse"}}. */
    static Map<String, Double> of(RunningGateway gateway) throws IOException {
        return of(gateway.plainPort());
    }

    static Map<String, Double> of(int port, String... headers) throws IOException {
        try (RawClient client = RawClient.to(port)) {
            return read(client, headers);
        }
    }

    /** Over a connection that is open. */
    static Map<String, Double> read(RawClient client, String... headers) throws IOException {
        Reply reply = client.get("/metrics", headers).readReply();
        assertThat(reply.status()).isEqualTo(200);
        Map<String, Double> values = new TreeMap<>();
        reply.body().lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            int space = line.lastIndexOf(' ');
            values.put(line.substring(0, space), Double.valueOf(line.substring(space + 1)));
        });
        return values;
    }

    /** Sum over all labels. */
    static double sum(Map<String, Double> values, String name) {
        return values.entrySet().stream()
                .filter(entry -> entry.getKey().equals(name) || entry.getKey().startsWith(name + "{"))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }

    /**
     * Checks that a client missed no tick but those which an overloaded event loop skipped for everybody, as it may on a
     * busy machine.
     */
    static void assertNoGap(RunningGateway gateway, List<Long> seqs) throws IOException {
        assertThat(seqs).isSorted().doesNotHaveDuplicates();
        long missing = seqs.get(seqs.size() - 1) - seqs.get(0) + 1 - seqs.size();
        if (missing > 0) {
            assertThat(sum(of(gateway), "gateway_broadcasts_skipped_total"))
                    .as("skipped broadcasts, seqs " + seqs)
                    .isGreaterThanOrEqualTo((double) missing);
        }
    }

    /** Closed streams of both kinds by reason. */
    static double closed(Map<String, Double> values, String reason) {
        return values.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith("gateway_connections_closed_total{")
                        && entry.getKey().contains("reason=\"" + reason + "\""))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }

    static void awaitClosed(RunningGateway gateway, String reason, int count) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(closed(of(gateway), reason))
                        .as("closed because of " + reason)
                        .isEqualTo(count));
    }

    static void awaitConnections(RunningGateway gateway, int sse, int webSocket) {
        await().atMost(PATIENCE).untilAsserted(() -> {
            Map<String, Double> values = of(gateway);
            assertThat(values)
                    .containsEntry("gateway_connections{transport=\"sse\"}", (double) sse)
                    .containsEntry("gateway_connections{transport=\"websocket\"}", (double) webSocket);
        });
    }
}
