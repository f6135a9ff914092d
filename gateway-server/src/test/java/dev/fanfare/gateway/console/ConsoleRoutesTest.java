package dev.fanfare.gateway.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fanfare.gateway.config.Settings;
import dev.fanfare.gateway.engine.NoPresence;
import dev.fanfare.gateway.engine.RecordingBroker;
import dev.fanfare.gateway.http.Calls;
import dev.fanfare.gateway.http.HttpReply;
import dev.fanfare.gateway.hub.Hub;
import dev.fanfare.gateway.hub.HubConfig;
import dev.fanfare.gateway.hub.NoRevocations;
import dev.fanfare.gateway.metrics.GatewayMetrics;
import dev.fanfare.gateway.metrics.StreamKind;
import dev.fanfare.gateway.observe.Readiness;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConsoleRoutesTest {
    @ParameterizedTest
    @ValueSource(strings = {"index.html", "console.css", "console.js", "favicon.svg"})
    void everyFileOfThePageIsInTheJarAndLoadsNothingFromElsewhere(String name) {
        HttpReply reply = get(name);

        assertThat(reply.status().code()).isEqualTo(200);
        assertThat(reply.body()).isNotEmpty();
        assertThat(reply.headers().get("Content-Security-Policy")).contains("default-src 'none'", "script-src 'self'");
        assertThat(new String(reply.body(), UTF_8).replace("http://www.w3.org/", ""))
                .doesNotContainPattern("(src|href)=\"(https?:)?//|url\\(|@import");
    }

    @Test
    void thePageKeepsToItsOwnPolicyWithoutInlineScriptsAndStyles() {
        assertThat(new String(get("index.html").body(), UTF_8))
                .doesNotContainPattern("<script(?![^>]*\\bsrc=)|<style|\\sstyle=|\\son[a-z]+=");
    }

    @Test
    void whatThePageLoadsIsThere() {
        Matcher file = Pattern.compile("<(?:script|link)[^>]*(?:src|href)=\"/?([a-z.]+)\"")
                .matcher(new String(get("index.html").body(), UTF_8));
        int files = 0;
        while (file.find()) {
            assertThat(get(file.group(1)).body()).isNotEmpty();
            files++;
        }
        assertThat(files).isGreaterThanOrEqualTo(2);
    }

    @Test
    void aFileThatIsNotThereStopsTheStart() {
        assertThatIllegalStateException()
                .isThrownBy(() -> StaticPage.of("missing.html", "text/html"))
                .withMessageContaining("missing.html");
    }

    @Test
    void theNumbersOfThePageAreThoseOfTheHubAndTheMetrics() throws IOException {
        GatewayMetrics metrics = new GatewayMetrics(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
        EmbeddedChannel loop = new EmbeddedChannel();
        HubConfig config = HubConfig.from(new Settings(Map.of(), Map.of(), Map.of()));
        Hub hub = new Hub(
                loop.eventLoop(),
                config,
                new Hub.Engine(new RecordingBroker(), new NoPresence()),
                NoRevocations.TOKENS,
                metrics);
        Readiness readiness = new Readiness();
        readiness.draining();
        metrics.delivered(StreamKind.WEBSOCKET, 7, 100);
        metrics.dropped(2);
        metrics.conflated(3);
        metrics.broadcastTook(Duration.ofMillis(12));
        StatsRoute.Node node = new StatsRoute.Node("1.2.3", "epoll", 4, 250);
        StatsRoute route = new StatsRoute(hub, metrics, readiness, node, Runnable::run);

        JsonNode stats = new ObjectMapper()
                .readTree(route.answer(Calls.get()).toCompletableFuture().join().body());

        assertThat(stats.get("version").textValue()).isEqualTo("1.2.3");
        assertThat(stats.get("transport").textValue()).isEqualTo("epoll");
        assertThat(stats.get("workers").intValue()).isEqualTo(4);
        assertThat(stats.get("tickIntervalMillis").intValue()).isEqualTo(250);
        assertThat(stats.get("messagesSent").intValue()).isEqualTo(7);
        assertThat(stats.get("dropped").intValue()).isEqualTo(2);
        assertThat(stats.get("conflated").intValue()).isEqualTo(3);
        assertThat(stats.at("/broadcastMillis/last").doubleValue()).isEqualTo(12.0);
        assertThat(stats.at("/connections/sse").intValue()).isZero();
        assertThat(stats.at("/connections/ws").intValue()).isZero();
        assertThat(stats.get("draining").booleanValue()).isTrue();
        assertThat(stats.get("heapUsedBytes").longValue())
                .isBetween(1L, stats.get("heapMaxBytes").longValue());
    }

    private static HttpReply get(String name) {
        return StaticPage.of(name, "text/plain")
                .answer(Calls.get())
                .toCompletableFuture()
                .join();
    }
}
