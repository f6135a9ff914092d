package dev.fanfare.gateway.auth;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.gateway.metrics.GatewayMetrics;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.jspecify.annotations.Nullable;

/** All issuers, and the thread {@code keys} that fetches for them if one has a URL. Any thread. */
final class Issuers implements AutoCloseable {
    private final List<Issuer> issuers = new ArrayList<>();
    private final List<JwksSource> sources = new ArrayList<>();
    private final @Nullable ScheduledThreadPoolExecutor executor;

    /** Begins to fetch keys at once. */
    Issuers(AuthConfig config, GatewayMetrics metrics) {
        boolean fetches =
                config.issuers().stream().anyMatch(issuer -> !issuer.jwks().isEmpty());
        executor = fetches ? new ScheduledThreadPoolExecutor(1, Issuers::thread) : null;
        JwksSource.Parts parts =
                executor == null ? null : new JwksSource.Parts(new JwksFetch(executor), executor, metrics);
        for (IssuerConfig issuer : config.issuers()) {
            List<JwksSource> own = new ArrayList<>();
            for (URI url : issuer.jwks()) {
                if (parts != null) {
                    own.add(new JwksSource(url, issuer.algorithms(), config.jwks(), parts));
                }
            }
            sources.addAll(own);
            issuers.add(new Issuer(issuer, own));
        }
        if (executor != null) {
            executor.setRemoveOnCancelPolicy(true);
            metrics.watchKeys(() ->
                    sources.stream().mapToDouble(JwksSource::ageSeconds).max().orElse(0));
        }
        sources.forEach(JwksSource::start);
    }

    /** Whose token {@code token} says it is. That is not verified yet, but decides whose keys and audience are asked. */
    Issuer of(Token token) throws BadToken {
        JsonNode iss = token.claims().path("iss");
        if (!iss.isMissingNode() && !iss.isTextual()) {
            throw BadToken.claim("iss", "must be a text");
        }
        Issuer any = null;
        for (Issuer issuer : issuers) {
            String name = issuer.config().issuer();
            if (name.isEmpty()) {
                any = issuer;
            } else if (name.equals(iss.textValue())) {
                return issuer;
            }
        }
        if (any == null) {
            throw BadToken.claim(
                    "iss",
                    iss.isMissingNode() ? "missing" : "'%s' is not known".formatted(BadToken.shown(iss.textValue())));
        }
        return any;
    }

    @Override
    public void close() {
        sources.forEach(JwksSource::close);
        if (executor != null) {
            executor.shutdownNow();
        }
    }

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "keys");
        thread.setDaemon(true);
        return thread;
    }
}
