package dev.fanfare.gateway.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.gateway.DocsFolder;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GatewayMetricsTest {
    private static final String HEAD = "| name | type | labels | meaning |\n|---|---|---|---|\n";
    private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"");

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final GatewayMetrics metrics = new GatewayMetrics(registry);

    @ParameterizedTest
    @EnumSource
    void everyMeterIsExportedWithItsHelp(Meter meter) {
        useEverything();

        assertThat(helpLines()).anySatisfy((name, help) -> {
            assertThat(name).isIn(meter.id, meter.id + "_total");
            assertThat(help).isEqualTo(meter.help);
        });
    }

    @Test
    void nothingElseOfOursIsExportedThanWhatTheMetersName() {
        useEverything();

        assertThat(helpLines().keySet())
                .filteredOn(name -> name.startsWith("gateway_") && !name.endsWith("_seconds_max"))
                .hasSize(Meter.values().length);
    }

    @Test
    void countersCountWhatTheyAreTold() {
        useEverything();

        assertThat(samples())
                .contains(
                        "gateway_connections_opened_total{transport=\"sse\"} 1.0",
                        "gateway_connections_opened_total{transport=\"websocket\"} 0.0",
                        "gateway_connections_closed_total{reason=\"no_pong\",transport=\"websocket\"} 1.0",
                        "gateway_connections_closed_total{reason=\"client\",transport=\"websocket\"} 0.0",
                        "gateway_messages_delivered_total{transport=\"sse\"} 5.0",
                        "gateway_sent_bytes_total{transport=\"sse\"} 700.0",
                        "gateway_messages_published_total 1.0",
                        "gateway_messages_dropped_total{reason=\"slow\"} 2.0",
                        "gateway_messages_conflated_total 3.0",
                        "gateway_slow_episodes_total 4.0",
                        "gateway_broadcasts_skipped_total 1.0",
                        "gateway_ticks_missed_total 6.0",
                        "gateway_request_timeouts_total 1.0",
                        "gateway_http_requests_total{status=\"404\"} 2.0");
        assertThat(metrics.deliveredTotal()).isEqualTo(5);
        assertThat(metrics.droppedTotal()).isEqualTo(2);
        assertThat(metrics.conflatedTotal()).isEqualTo(3);
    }

    @Test
    void gaugesAskWhenTheyAreScraped() {
        long[] open = {1};
        metrics.watchConnections(StreamKind.SSE, () -> open[0]);
        open[0] = 42;

        assertThat(samples()).contains("gateway_connections{transport=\"sse\"} 42.0");
    }

    @Test
    void whatWaitsForSocketsIsExportedAsStreamsBytesAndMessages() {
        metrics.watchPending(() -> 7, () -> 800, () -> 9);

        assertThat(samples())
                .contains(
                        "gateway_slow_connections 7.0", "gateway_pending_bytes 800.0", "gateway_pending_messages 9.0");
    }

    @Test
    void theCertificateSaysWhenItEnds() {
        assertThat(registry.scrape()).doesNotContain("gateway_tls_certificate_expiry");
        metrics.watchCertificate(() -> 1_800_000_000);
        metrics.certificateReloaded(true);
        metrics.certificateReloaded(false);
        metrics.handshake(Handshake.TIMED_OUT);

        assertThat(samples())
                .contains(
                        "gateway_tls_certificate_expiry_timestamp_seconds 1.8E9",
                        "gateway_tls_certificate_reloads_total{result=\"loaded\"} 1.0",
                        "gateway_tls_certificate_reloads_total{result=\"refused\"} 1.0",
                        "gateway_tls_handshakes_total{result=\"timed_out\"} 1.0",
                        "gateway_tls_handshakes_total{result=\"completed\"} 0.0");
    }

    @Test
    void theTickIntervalIsInSecondsAndMissingWithoutATicker() {
        assertThat(registry.scrape()).doesNotContain("gateway_tick_interval_seconds");
        metrics.ticksEvery(Duration.ofMillis(250));

        assertThat(samples()).contains("gateway_tick_interval_seconds 0.25");
    }

    @Test
    void aPauseInAcceptingIsSeenWhileItLastsAndCounted() {
        metrics.acceptPaused();
        assertThat(samples()).contains("gateway_accept_paused 1.0", "gateway_accept_pauses_total 1.0");
        metrics.acceptResumed();
        assertThat(samples()).contains("gateway_accept_paused 0.0", "gateway_accept_pauses_total 1.0");
    }

    @Test
    void durationsGoIntoBuckets() {
        metrics.broadcastTook(Duration.ofMillis(60));
        metrics.loopLag(Duration.ofMillis(1));

        assertThat(samples())
                .contains(
                        "gateway_broadcast_duration_seconds_bucket{le=\"0.05\"} 0",
                        "gateway_broadcast_duration_seconds_bucket{le=\"0.075\"} 1",
                        "gateway_broadcast_duration_seconds_sum 0.06",
                        "gateway_event_loop_lag_seconds_bucket{le=\"0.001\"} 1",
                        "gateway_event_loop_lag_seconds_count 1");
        assertThat(metrics.lastBroadcastMillis()).isEqualTo(60.0);
    }

    @Test
    void infoMetricsKeepTheirNameAndAreOne() {
        metrics.info("epoll", "1.2.3");

        assertThat(samples())
                .contains(
                        "gateway_transport_info{transport=\"epoll\"} 1",
                        "gateway_build_info{java=\"" + System.getProperty("java.version") + "\",version=\"1.2.3\"} 1");
    }

    @Test
    void theMetricsPageHoldsExactlyWhatIsExported() throws IOException {
        useEverything();
        String right = page();

        assertThat(DocsFolder.tableOf("metrics.md"))
                .withFailMessage("docs/metrics.md does not hold this table; paste it:%n%n%s", right)
                .isEqualTo(right);
    }

    @Test
    void theRuntimeReportsItselfToo() {
        try (RuntimeMeters runtime = new RuntimeMeters(registry)) {
            assertThat(runtime).isNotNull();
            assertThat(helpLines().keySet())
                    .contains(
                            "jvm_memory_used_bytes",
                            "process_files_open_files",
                            "process_files_max_files",
                            "process_uptime_seconds")
                    .anyMatch(name -> name.startsWith("netty_allocator_memory_used"));
        }
    }

    private void useEverything() {
        metrics.opened(StreamKind.SSE);
        metrics.closed(StreamKind.WEBSOCKET, CloseReason.NO_PONG);
        metrics.delivered(StreamKind.SSE, 5, 700);
        metrics.published();
        metrics.dropped(2);
        metrics.conflated(3);
        metrics.slowEpisodes(4);
        metrics.broadcastSkipped();
        metrics.ticksMissed(6);
        metrics.requestTimedOut();
        metrics.answered(404);
        metrics.answered(404);
        metrics.watchConnections(StreamKind.SSE, () -> 1);
        metrics.watchBodies(() -> 1);
        metrics.http2Closed("idle");
        metrics.http2Reset("cancel");
        metrics.watchHttp2(() -> 2, () -> 3);
        metrics.watchPending(() -> 1, () -> 2, () -> 3);
        metrics.watchChannels(() -> 1, () -> 2, () -> 3);
        metrics.watchEngine(() -> 1, () -> 2, () -> 3);
        metrics.watchEngineBounds(() -> 4, () -> 5, () -> 6);
        metrics.tokenChecked(TokenResult.EXPIRED);
        metrics.watchRevocations(() -> 3);
        metrics.keysFetched(true);
        metrics.watchKeys(() -> 1.5);
        metrics.watchTokensWaiting(() -> 2);
        metrics.handshake(Handshake.COMPLETED);
        metrics.certificateReloaded(true);
        metrics.watchCertificate(() -> 1_800_000_000);
        metrics.gaps(1);
        metrics.replayed(2);
        metrics.ticksEvery(Duration.ofMillis(250));
        metrics.watchMemory(new JvmMemory());
        metrics.info("epoll", "1.2.3");
    }

    private String page() {
        Map<String, String> types = commentLines("# TYPE ");
        Map<String, String> help = helpLines();
        List<String> rows = new ArrayList<>();
        for (Meter meter : Meter.values()) {
            String name = help.containsKey(meter.id) ? meter.id : meter.id + "_total";
            String labels =
                    labelsOf(name).stream().map(label -> "`" + label + "`").collect(Collectors.joining(", "));
            rows.add("| `%s` | %s | %s | %s |".formatted(name, types.get(name), labels, help.get(name)));
        }
        return rows.stream().collect(Collectors.joining("\n", HEAD, "\n"));
    }

    /** The labels of one metric, without the bucket limit of a histogram. */
    private Set<String> labelsOf(String name) {
        Set<String> labels = new TreeSet<>();
        for (String sample : samples()) {
            if (sample.startsWith(name + "{")) {
                Matcher matcher = LABEL.matcher(sample);
                while (matcher.find()) {
                    labels.add(matcher.group(1));
                }
            }
        }
        return labels;
    }

    private Set<String> samples() {
        return registry.scrape()
                .lines()
                .filter(line -> !line.startsWith("#"))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private Map<String, String> helpLines() {
        return commentLines("# HELP ");
    }

    private Map<String, String> commentLines(String prefix) {
        Map<String, String> lines = new TreeMap<>();
        registry.scrape().lines().filter(line -> line.startsWith(prefix)).forEach(line -> {
            String rest = line.substring(prefix.length());
            int space = rest.indexOf(' ');
            lines.put(rest.substring(0, space), rest.substring(space + 1));
        });
        return lines;
    }
}
