package dev.fanfare.gateway.auth;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.gateway.metrics.GatewayMetrics;
import dev.fanfare.gateway.metrics.TokenResult;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Accepts JSON Web Tokens (RFC 7519) of the configured issuers. Any thread. */
final class JwtAuthenticator implements Authenticator {
    /** Keys that are tried for one token, which costs time on an event loop each. */
    private static final int MOST_CANDIDATES = 4;

    private final AuthConfig config;
    private final Revocations revocations;
    private final GatewayMetrics metrics;
    private final Clock clock;

    JwtAuthenticator(AuthConfig config, Revocations revocations, GatewayMetrics metrics, Clock clock) {
        this.config = config;
        this.revocations = revocations;
        this.metrics = metrics;
        this.clock = clock;
    }

    @Override
    public CompletionStage<Principal> authenticate(@Nullable String token) {
        if (token == null) {
            return CompletableFuture.completedStage(Principal.ANONYMOUS);
        }
        try {
            Principal principal = verify(token);
            metrics.tokenChecked(TokenResult.ACCEPTED);
            return CompletableFuture.completedStage(principal);
        } catch (BadToken bad) {
            metrics.tokenChecked(bad.result());
            return CompletableFuture.failedStage(bad.problem());
        }
    }

    private Principal verify(String text) throws BadToken {
        if (text.length() > config.terms().maxBytes()) {
            throw BadToken.malformed("%d bytes are too many; allowed: %d (auth.max-token)"
                    .formatted(text.length(), config.terms().maxBytes()));
        }
        Token token = Token.parse(text);
        IssuerConfig issuer = issuer(token.claims());
        checkSignature(token, issuer.keys());
        Principal principal = new Claims(
                        token.claims(), config.terms(), clock.instant().getEpochSecond())
                .principal(issuer.audience());
        if (revocations.isRevoked(principal)) {
            throw new BadToken(TokenResult.REVOKED, "it is revoked");
        }
        return principal;
    }

    /** Whose token it says it is. That is not verified yet, but decides whose keys and audience are asked. */
    private IssuerConfig issuer(JsonNode claims) throws BadToken {
        JsonNode iss = claims.path("iss");
        if (!iss.isMissingNode() && !iss.isTextual()) {
            throw BadToken.claim("iss", "must be a text");
        }
        IssuerConfig any = null;
        for (IssuerConfig issuer : config.issuers()) {
            if (issuer.issuer().isEmpty()) {
                any = issuer;
            } else if (issuer.issuer().equals(iss.textValue())) {
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

    private static void checkSignature(Token token, List<TokenKey> keys) throws BadToken {
        List<TokenKey> candidates = new ArrayList<>();
        for (TokenKey key : keys) {
            boolean meant =
                    key.id() == null || token.keyId() == null || key.id().equals(token.keyId());
            if (meant && key.isFor(token.algorithm())) {
                candidates.add(key);
            }
        }
        if (candidates.size() > MOST_CANDIDATES) {
            throw new BadToken(
                    TokenResult.SIGNATURE,
                    "%d keys may have signed it; a kid in its header must say which".formatted(candidates.size()));
        }
        for (TokenKey key : candidates) {
            if (key.signed(token.algorithm(), token.signed(), token.signature())) {
                return;
            }
        }
        throw new BadToken(
                TokenResult.SIGNATURE,
                candidates.isEmpty()
                        ? "no key of its issuer is for alg %s%s"
                                .formatted(
                                        token.algorithm().jwsName(),
                                        token.keyId() == null ? "" : " and kid '" + BadToken.shown(token.keyId()) + "'")
                        : "its signature does not hold");
    }
}
