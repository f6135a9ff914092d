package dev.fanfare.gateway.observe;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fanfare.gateway.http.HttpCall;
import dev.fanfare.gateway.http.HttpReply;
import dev.fanfare.gateway.http.HttpRoute;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * All meters for Prometheus: its text format, or OpenMetrics when the request's {@code Accept} asks for it. The page is
 * made on {@code executor} because it takes milliseconds, which an event loop does not have.
 */
public final class MetricsRoute implements HttpRoute {
    private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

    private final PrometheusMeterRegistry registry;
    private final Executor executor;

    public MetricsRoute(PrometheusMeterRegistry registry, Executor executor) {
        this.registry = registry;
        this.executor = executor;
    }

    @Override
    public CompletionStage<HttpReply> answer(HttpCall call) {
        String accept = call.headers().get(HttpHeaderNames.ACCEPT, "");
        String type = accept.contains("application/openmetrics-text") ? OPEN_METRICS : PROMETHEUS_TEXT;
        return CompletableFuture.supplyAsync(
                () -> HttpReply.ok(type, registry.scrape(type).getBytes(UTF_8)), executor);
    }
}
