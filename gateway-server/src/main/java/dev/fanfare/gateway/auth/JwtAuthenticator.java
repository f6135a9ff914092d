package dev.fanfare.gateway.auth;

import dev.fanfare.gateway.metrics.GatewayMetrics;
import dev.fanfare.gateway.metrics.TokenResult;
import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Accepts JSON Web Tokens (RFC 7519) of the configured issuers. Any thread: a token whose key is known is checked on the thread that asks (docs/auth.md
 * says what that costs), any other one on the thread {@code keys} after the fetch.
 */
final class JwtAuthenticator implements Authenticator {
    private final AuthConfig config;
    private final Issuers issuers;
    private final Revocations revocations;
    private final GatewayMetrics metrics;
    private final Clock clock;
    private final AtomicInteger waiting = new AtomicInteger();

    JwtAuthenticator(AuthConfig config, Revocations revocations, GatewayMetrics metrics, Clock clock) {
        this.config = config;
        this.revocations = revocations;
        this.metrics = metrics;
        this.clock = clock;
        this.issuers = new Issuers(config, metrics);
        metrics.watchTokensWaiting(waiting::get);
    }

    @Override
    public CompletionStage<Principal> authenticate(@Nullable String token) {
        if (token == null) {
            return CompletableFuture.completedStage(Principal.ANONYMOUS);
        }
        try {
            Token read = read(token);
            Issuer issuer = issuers.of(read);
            CompletableFuture<Void> missing = issuer.missing(read);
            return missing == null ? answer(read, issuer) : later(read, issuer, missing);
        } catch (BadToken bad) {
            return refused(bad);
        }
    }

    @Override
    public void close() {
        issuers.close();
    }

    private Token read(String token) throws BadToken {
        if (token.length() > config.terms().maxBytes()) {
            throw BadToken.malformed("%d bytes are too many; allowed: %d (auth.max-token)"
                    .formatted(token.length(), config.terms().maxBytes()));
        }
        return Token.parse(token);
    }

    private CompletionStage<Principal> later(Token token, Issuer issuer, CompletableFuture<Void> fetch)
            throws BadToken {
        if (waiting.incrementAndGet() > config.jwks().maxWaiting()) {
            waiting.decrementAndGet();
            throw new BadToken(
                    TokenResult.UNAVAILABLE,
                    "%d tokens wait for the keys of their issuer, which is as many as may (auth.max-waiting)"
                            .formatted(config.jwks().maxWaiting()));
        }
        return fetch.thenCompose(done -> {
            waiting.decrementAndGet();
            return answer(token, issuer);
        });
    }

    private CompletionStage<Principal> answer(Token token, Issuer issuer) {
        try {
            issuer.check(token);
            Principal principal = new Claims(
                            token.claims(), config.terms(), clock.instant().getEpochSecond())
                    .principal(issuer.config().audience());
            if (revocations.isRevoked(principal)) {
                throw new BadToken(TokenResult.REVOKED, "it is revoked");
            }
            metrics.tokenChecked(TokenResult.ACCEPTED);
            return CompletableFuture.completedStage(principal);
        } catch (BadToken bad) {
            return refused(bad);
        }
    }

    private CompletionStage<Principal> refused(BadToken bad) {
        metrics.tokenChecked(bad.result());
        return CompletableFuture.failedStage(bad.problem());
    }
}
