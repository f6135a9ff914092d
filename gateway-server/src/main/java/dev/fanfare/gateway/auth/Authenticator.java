package dev.fanfare.gateway.auth;

import dev.fanfare.gateway.metrics.GatewayMetrics;
import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Says who presents a token. Any thread. */
public interface Authenticator extends AutoCloseable {
    /** Takes everybody for {@link Principal#ANONYMOUS} and looks at no token: what there is without keys. */
    Authenticator OPEN = token -> CompletableFuture.completedStage(Principal.ANONYMOUS);

    /**
     * Who it is that presents {@code token}. Never blocks: with HMAC and RSA the stage is nearly always complete when it is returned; with elliptic curves, and
     * when a key must be fetched first, it completes later, on a thread that is no event loop, so whoever belongs to a loop goes back to it.
     *
     * <p>The stage fails with {@link dev.fanfare.gateway.http.HttpProblem}: 401 for a token that is bad, expired or revoked, also where anyone may come, and
     * says why; 503 with {@code Retry-After} when the issuer's keys cannot be had. It fails with nothing else. A token that was accepted may be
     * revoked the next moment: {@link Revocations#listen} tells.
     *
     * @param token as the client sent it, without {@code Bearer}; null for {@link Principal#ANONYMOUS}
     */
    CompletionStage<Principal> authenticate(@Nullable String token);

    @Override
    default void close() {}

    /** The one for {@code config}; {@link #OPEN} without keys. */
    static Authenticator of(AuthConfig config, Revocations revocations, GatewayMetrics metrics) {
        if (!config.hasKeys()) {
            return OPEN;
        }
        return new JwtAuthenticator(config, revocations, metrics, Clock.systemUTC());
    }
}
