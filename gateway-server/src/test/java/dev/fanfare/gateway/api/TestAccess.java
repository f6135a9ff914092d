package dev.fanfare.gateway.api;

import dev.fanfare.gateway.auth.TestIdentity;
import dev.fanfare.gateway.http.HttpCall;
import dev.fanfare.gateway.http.HttpProblem;
import dev.fanfare.gateway.metrics.GatewayMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;
import java.util.function.LongSupplier;

/** Access to the API for tests: with one key or none, without tokens. */
final class TestAccess {
    static final GatewayMetrics METRICS = new GatewayMetrics(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));

    private TestAccess() {}

    /** Lets {@code call} pass where {@code key} is configured, or none. */
    static Caller admit(String key, HttpCall call) throws HttpProblem {
        return HttpProblem.join(with(key).admit(call).toCompletableFuture());
    }

    /** {@code key} may be empty. */
    static ApiAccess with(String key) {
        return with(key, System::nanoTime);
    }

    static ApiAccess with(String key, LongSupplier nanoTime) {
        return new ApiAccess(
                new ApiConfig(key.isEmpty() ? List.of() : List.of(new ApiConfig.Key("api.key", key, 0)), 0, 0, 10, 10),
                TestIdentity.NONE,
                METRICS,
                nanoTime);
    }
}
