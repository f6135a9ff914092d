package dev.fanfare.gateway.boot;

import dev.fanfare.gateway.auth.AuthConfig;
import dev.fanfare.gateway.auth.Authenticator;
import dev.fanfare.gateway.auth.InspectedToken;
import dev.fanfare.gateway.auth.MemoryRevocations;
import dev.fanfare.gateway.config.ConfigException;
import dev.fanfare.gateway.metrics.GatewayMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code token inspect}. Fetches keys, if they are configured by URL. */
@Command(
        name = "inspect",
        mixinStandardHelpOptions = true,
        description = {
            "Print what a token says, and whether the configured keys accept it.",
            "Exit code 0: it is accepted; 1: it is not. Revocations live in the running gateway and are not asked."
        })
final class TokenInspectCommand implements Callable<Integer> {
    private static final int LONGEST = 1 << 20;
    private static final int PATIENCE_SECONDS = 15;

    @Parameters(paramLabel = "TOKEN", description = "the token, or - to read it from standard input")
    private String token = "-";

    @Mixin
    private final ConfigOptions options = new ConfigOptions();

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws ConfigException, IOException {
        if (spec == null) {
            throw new IllegalStateException("not run by picocli");
        }
        AuthConfig config = options.load().auth();
        PrintWriter out = spec.commandLine().getOut();
        String text =
                token.equals("-") ? new String(System.in.readNBytes(LONGEST), StandardCharsets.UTF_8).trim() : token;
        try {
            InspectedToken inspected = InspectedToken.of(text);
            out.println("header " + inspected.header());
            out.println("claims " + inspected.claims());
            inspected.times(Instant.now()).forEach(out::println);
        } catch (IllegalArgumentException noToken) {
            out.println("no token: " + noToken.getMessage());
            return ExitCode.FAILED;
        }
        String problem = problem(config, text);
        out.println(
                problem == null
                        ? "accepted: a configured key has signed it, and its claims hold"
                        : "refused: " + problem);
        return problem == null ? ExitCode.OK : ExitCode.FAILED;
    }

    /** Why {@code text} is not accepted, or null. */
    private static @Nullable String problem(AuthConfig config, String text) {
        if (!config.hasKeys()) {
            return "there are no keys to check it with; set auth.hmac-secret, auth.public-key or auth.jwks";
        }
        GatewayMetrics metrics = new GatewayMetrics(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
        MemoryRevocations none = new MemoryRevocations(config, Clock.systemUTC());
        try (Authenticator authenticator = Authenticator.of(config, none, metrics)) {
            authenticator
                    .authenticate(text)
                    .toCompletableFuture()
                    .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                    .join();
            return null;
        } catch (CompletionException failure) {
            Throwable cause = failure.getCause();
            return cause instanceof TimeoutException || cause == null
                    ? "the keys cannot be fetched in time"
                    : String.valueOf(cause.getMessage());
        }
    }
}
