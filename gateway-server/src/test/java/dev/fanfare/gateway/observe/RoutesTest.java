package dev.fanfare.gateway.observe;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.gateway.http.Calls;
import dev.fanfare.gateway.http.HttpReply;
import dev.fanfare.gateway.http.HttpRoute;
import io.micrometer.core.instrument.Counter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RoutesTest {

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    @BeforeEach
    void somethingWasCounted() {
        Counter.builder("fanfares").register(registry).increment();
    }

    @Test
    void aLivingProcessIsLive() {
        HttpReply reply = get(HealthRoutes.live());

        assertThat(reply.status().code()).isEqualTo(200);
        assertThat(text(reply)).isEqualTo("{\"status\":\"live\"}");
    }

    @Test
    void readinessFollowsThePhases() {
        Readiness readiness = new Readiness();
        HttpRoute route = HealthRoutes.ready(readiness);

        assertThat(get(route).status().code()).isEqualTo(503);
        assertThat(text(get(route))).isEqualTo("{\"status\":\"starting\"}");
        readiness.ready();
        assertThat(get(route).status().code()).isEqualTo(200);
        assertThat(text(get(route))).isEqualTo("{\"status\":\"ready\"}");
        readiness.draining();
        assertThat(get(route).status().code()).isEqualTo(503);
        assertThat(text(get(route))).isEqualTo("{\"status\":\"draining\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "*/*", "text/plain;version=0.0.4"})
    void metricsComeInThePrometheusFormat(String accept) {
        HttpReply reply = get(new MetricsRoute(registry, Runnable::run), accept);

        assertThat(reply.contentType()).isEqualTo("text/plain; version=0.0.4; charset=utf-8");
        assertThat(text(reply)).contains("fanfares_total 1.0\n").doesNotContain("# EOF");
    }

    @Test
    void metricsComeInOpenMetricsForWhoAsksForIt() {
        HttpReply reply = get(
                new MetricsRoute(registry, Runnable::run),
                "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;q=0.3");

        assertThat(reply.contentType()).startsWith("application/openmetrics-text; version=1.0.0");
        assertThat(text(reply)).contains("fanfares_total 1.0\n").endsWith("# EOF\n");
    }

    @Test
    void metricsAreMadeOnTheExecutorAndNotOnTheCallingLoop() {
        Queue<Runnable> tasks = new ArrayDeque<>();
        CompletableFuture<HttpReply> reply =
                new MetricsRoute(registry, tasks::add).answer(Calls.get()).toCompletableFuture();

        assertThat(reply).isNotDone();
        tasks.remove().run();
        assertThat(reply).isCompleted();
    }

    private static HttpReply get(HttpRoute route) {
        return route.answer(Calls.get()).toCompletableFuture().join();
    }

    private static HttpReply get(HttpRoute route, String accept) {
        return route.answer(Calls.get(new DefaultHttpHeaders().set("Accept", accept)))
                .toCompletableFuture()
                .join();
    }

    private static String text(HttpReply reply) {
        return new String(reply.body(), UTF_8);
    }
}
