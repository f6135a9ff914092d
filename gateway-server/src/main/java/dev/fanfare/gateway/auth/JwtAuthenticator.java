package dev.fanfare.gateway.auth;

import dev.fanfare.gateway.metrics.GatewayMetrics;
import dev.fanfare.gateway.metrics.TokenResult;
import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Accepts JSON Web Tokens (RFC 7519) of the configured issuers. Any thread: a token signed with HMAC or RSA, whose key is known, is checked on the thread
 * that asks; one signed on an elliptic curve on a thread {@code tokens-*}, because that takes long (docs/auth.md says how long); and one whose key is not
 * known is checked after the fetch.
 */
final class JwtAuthenticator implements Authenticator {
    private static final long IDLE_SECONDS = 30;
    private static final AtomicInteger THREADS = new AtomicInteger();

    private final AuthConfig config;
    private final Issuers issuers;
    private final Revocations revocations;
    private final GatewayMetrics metrics;
    private final Clock clock;
    private final AtomicInteger waiting = new AtomicInteger();
    /** Its queue has no bound of its own: who waits is counted by {@link #waiting}. */
    private final ThreadPoolExecutor slow;

    JwtAuthenticator(AuthConfig config, Revocations revocations, GatewayMetrics metrics, Clock clock) {
        this.config = config;
        this.revocations = revocations;
        this.metrics = metrics;
        this.clock = clock;
        this.issuers = new Issuers(config, metrics);
        int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
        slow = new ThreadPoolExecutor(
                threads,
                threads,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                JwtAuthenticator::thread);
        slow.allowCoreThreadTimeOut(true);
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
            if (missing == null && !read.algorithm().isSlow()) {
                return answer(read, issuer);
            }
            return later(read, issuer, missing == null ? CompletableFuture.completedFuture(null) : missing);
        } catch (BadToken bad) {
            return refused(bad);
        }
    }

    @Override
    public void close() {
        issuers.close();
        slow.shutdownNow();
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
                    "%d tokens wait to be checked, which is as many as may (auth.max-waiting)"
                            .formatted(config.jwks().maxWaiting()));
        }
        try {
            return fetch.thenComposeAsync(
                    done -> {
                        waiting.decrementAndGet();
                        return answer(token, issuer);
                    },
                    slow);
        } catch (RejectedExecutionException stopping) {
            waiting.decrementAndGet();
            throw new BadToken(TokenResult.UNAVAILABLE, "the gateway is shutting down");
        }
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

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "tokens-" + THREADS.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }
}
