package dev.fanfare.gateway.auth;

import dev.fanfare.gateway.metrics.TokenResult;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** An issuer with the keys it has now: those that are configured, and those of its URLs. Any thread. */
final class Issuer {
    /** Keys that are tried for one token, which costs time on an event loop each. */
    private static final int MOST_CANDIDATES = 4;

    private final IssuerConfig config;
    private final List<JwksSource> sources;

    Issuer(IssuerConfig config, List<JwksSource> sources) {
        this.config = config;
        this.sources = List.copyOf(sources);
    }

    IssuerConfig config() {
        return config;
    }

    List<JwksSource> sources() {
        return sources;
    }

    /**
     * What has to end before {@code token} can be checked, because none of the keys that are here can have signed it, but one of a URL may. Null if it
     * can be checked now.
     */
    @Nullable
    CompletableFuture<Void> missing(Token token) {
        if (sources.isEmpty() || !candidates(token).isEmpty()) {
            return null;
        }
        List<CompletableFuture<Void>> fetches = new ArrayList<>();
        for (JwksSource source : sources) {
            CompletableFuture<Void> fetch = source.refetch();
            if (fetch != null) {
                fetches.add(fetch);
            }
        }
        return fetches.isEmpty() ? null : CompletableFuture.allOf(fetches.toArray(CompletableFuture[]::new));
    }

    /** Ends silently if a key of this issuer has signed {@code token}. */
    void check(Token token) throws BadToken {
        List<TokenKey> candidates = candidates(token);
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
        if (!candidates.isEmpty()) {
            throw new BadToken(TokenResult.SIGNATURE, "its signature does not hold");
        }
        if (sources.stream().anyMatch(JwksSource::isBroken)) {
            throw new BadToken(TokenResult.UNAVAILABLE, "the keys of the token's issuer cannot be fetched");
        }
        String kid = token.keyId() == null ? "" : " and kid '" + BadToken.shown(token.keyId()) + "'";
        throw new BadToken(
                TokenResult.SIGNATURE,
                "no key of its issuer is for alg %s%s"
                        .formatted(token.algorithm().jwsName(), kid));
    }

    /** A token without {@code kid} may be by any key, and a key without one may have signed any token. */
    private List<TokenKey> candidates(Token token) {
        List<TokenKey> candidates = new ArrayList<>(1);
        add(candidates, config.keys(), token);
        for (JwksSource source : sources) {
            add(candidates, source.keys(), token);
        }
        return candidates;
    }

    private static void add(List<TokenKey> candidates, List<TokenKey> keys, Token token) {
        for (TokenKey key : keys) {
            boolean meant =
                    key.id() == null || token.keyId() == null || key.id().equals(token.keyId());
            if (meant && key.isFor(token.algorithm())) {
                candidates.add(key);
            }
        }
    }
}
