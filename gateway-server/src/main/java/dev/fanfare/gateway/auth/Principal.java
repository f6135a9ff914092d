package dev.fanfare.gateway.auth;

import org.jspecify.annotations.Nullable;

/**
 * Who is on the other side, and what it may. Immutable, so that all connections of a token may share it; any thread.
 *
 * @param kind how it is known
 * @param user {@code sub} of the token; empty if it has none
 * @param info {@code info} of the token, a JSON text for those who see its presence; or null
 * @param tokenId {@code jti} of the token, or null
 * @param issuedAtSeconds {@code iat} in epoch seconds; 0 if the token does not say
 * @param expiresAtSeconds epoch seconds from which its connections are no longer welcome; {@link #NEVER} for never
 * @param grants what the token grants
 */
public record Principal(
        Kind kind,
        String user,
        @Nullable String info,
        @Nullable String tokenId,
        long issuedAtSeconds,
        long expiresAtSeconds,
        Grants grants) {
    /** See {@link #expiresAtSeconds()}. */
    public static final long NEVER = Long.MAX_VALUE;

    /** Somebody without a token; everybody, when no keys are configured. */
    public static final Principal ANONYMOUS = new Principal(Kind.ANONYMOUS, "", null, null, 0, NEVER, Grants.NONE);

    /** Whoever holds the key of the API, or is let in to the API without one. */
    public static final Principal OPERATOR = new Principal(Kind.OPERATOR, "", null, null, 0, NEVER, Grants.NONE);

    /** How somebody is known. */
    public enum Kind {
        /** Not at all. */
        ANONYMOUS,
        /** By a token. */
        TOKEN,
        /** By the key of the API. */
        OPERATOR
    }

    /** Whether it is a user: has a token that says who it is. */
    public boolean isUser() {
        return kind == Kind.TOKEN && !user.isEmpty();
    }

    /** Whether its connections end at {@code nowSeconds}. */
    public boolean isExpired(long nowSeconds) {
        return nowSeconds >= expiresAtSeconds;
    }

    /** For logs: nothing of what the token says about a person but its name. */
    @Override
    public String toString() {
        return "%s(user '%s', token id %s)".formatted(kind, user, tokenId);
    }
}
