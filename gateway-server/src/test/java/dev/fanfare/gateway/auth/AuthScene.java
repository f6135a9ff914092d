package dev.fanfare.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.gateway.config.ConfigException;
import dev.fanfare.gateway.config.Given;
import dev.fanfare.gateway.config.Settings;
import dev.fanfare.gateway.http.HttpProblem;
import dev.fanfare.gateway.metrics.GatewayMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An authenticator, its revocations and metrics, for one test. */
final class AuthScene implements AutoCloseable {
    final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    final MemoryRevocations revocations;
    final Authenticator authenticator;

    /** Each {@code key=value}. */
    AuthScene(String... settings) {
        AuthConfig config = config(settings);
        revocations = new MemoryRevocations(config, Clock.systemUTC());
        authenticator = Authenticator.of(config, revocations, new GatewayMetrics(registry));
    }

    static AuthConfig config(String... settings) {
        try {
            return read(settings);
        } catch (ConfigException bad) {
            throw new AssertionError(bad);
        }
    }

    static AuthConfig read(String... settings) throws ConfigException {
        Map<String, Given> flags = new LinkedHashMap<>();
        for (String setting : settings) {
            int equals = setting.indexOf('=');
            flags.put(setting.substring(0, equals), new Given(setting.substring(equals + 1), "test"));
        }
        Settings in = new Settings(Map.of(), Map.of(), flags);
        AuthConfig config = AuthConfig.from(in);
        in.verify();
        return config;
    }

    Principal accepted(@Nullable String token) {
        return authenticator
                .authenticate(token)
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }

    /** What the client reads; {@code status} says how it is refused. */
    String refused(String token, int status) {
        try {
            Principal principal = accepted(token);
            throw new AssertionError("accepted: " + principal);
        } catch (CompletionException failure) {
            if (!(failure.getCause() instanceof HttpProblem problem)) {
                throw new AssertionError("it fails with nothing else", failure);
            }
            assertThat(problem.reply().status().code()).isEqualTo(status);
            String signature = token.substring(token.lastIndexOf('.') + 1);
            if (signature.length() > 8) {
                assertThat(problem).hasMessageNotContaining(signature);
            }
            return String.valueOf(problem.getMessage());
        }
    }

    String refused(String token) {
        return refused(token, 401);
    }

    @Override
    public void close() {
        authenticator.close();
    }
}
