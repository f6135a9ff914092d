package dev.fanfare.gateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.gateway.auth.Revocation;
import dev.fanfare.gateway.auth.Revocations;
import dev.fanfare.gateway.http.HttpProblem;
import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Methods about tokens. Event loop. */
final class TokenMethods {
    /** No token has a longer {@code jti} or {@code sub}; what could never match is not to be kept. */
    private static final int LONGEST_NAME = 255;

    private final Revocations revocations;
    private final boolean tokens;
    private final Clock clock;

    /** {@code tokens} says whether they are looked at. */
    TokenMethods(Revocations revocations, boolean tokens, Clock clock) {
        this.revocations = revocations;
        this.tokens = tokens;
        this.clock = clock;
    }

    /** {@code revoke}: tokens are not good any more, and connections made with them end. */
    CompletionStage<ObjectNode> revoke(JsonNode params) throws ApiError {
        if (!tokens) {
            throw new ApiError(ApiError.Code.NOT_AVAILABLE, "no key for tokens is configured (auth.*)");
        }
        return revocations
                .revoke(revocation(params))
                .handle((done, failure) -> failure == null
                        ? CompletableFuture.completedFuture(Json.object())
                        : CompletableFuture.<ObjectNode>failedFuture(failed(failure)))
                .thenCompose(each -> each);
    }

    private Revocation revocation(JsonNode params) throws ApiError {
        String id = name(params, "token_id");
        String user = name(params, "user");
        long before = Params.integer(params, "issued_before", -1, 0, Long.MAX_VALUE);
        if (id != null && user == null && before < 0) {
            return Revocation.ofToken(id);
        }
        if (id != null || (user == null && before < 0)) {
            throw ApiError.bad(
                    "either 'token_id' (jti), or 'user' (sub) with or without 'issued_before', or 'issued_before' alone (seconds since 1970)");
        }
        if (user == null) {
            return Revocation.ofEverythingBefore(before);
        }
        return Revocation.ofUser(user, before < 0 ? clock.instant().getEpochSecond() + 1 : before);
    }

    private static @Nullable String name(JsonNode params, String member) throws ApiError {
        String name = Params.textOrNull(params, member);
        if (name != null && name.length() > LONGEST_NAME) {
            throw ApiError.bad("'%s' must have at most %d characters, as tokens have".formatted(member, LONGEST_NAME));
        }
        return name;
    }

    private static Throwable failed(@Nullable Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof HttpProblem full
                ? new ApiError(ApiError.Code.TOO_MANY_REVOCATIONS, String.valueOf(full.getMessage()))
                : new ApiError(ApiError.Code.UNAVAILABLE, "the revocation could not be kept");
    }
}
