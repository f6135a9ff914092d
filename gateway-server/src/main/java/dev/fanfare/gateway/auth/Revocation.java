package dev.fanfare.gateway.auth;

/**
 * Tokens that are no longer accepted although they have not expired. Immutable; any thread.
 *
 * @param kind which tokens
 * @param id of the token ({@code jti}) or of the user ({@code sub}); empty for {@link Kind#EVERYTHING}
 * @param beforeSeconds tokens issued before this epoch second; not looked at for {@link Kind#TOKEN}. A token that does not say when it was
 *     issued was issued before everything
 */
public record Revocation(Kind kind, String id, long beforeSeconds) {
    /** Which tokens are meant. */
    public enum Kind {
        /** The one with this id. */
        TOKEN,
        /** Those of one user. */
        USER,
        /** Those of everybody. */
        EVERYTHING
    }

    /** The token with this {@code jti}. */
    public static Revocation ofToken(String id) {
        return new Revocation(Kind.TOKEN, id, 0);
    }

    /**
     * The tokens of one user issued before an epoch second. {@code iat} counts whole seconds: to be rid of all there are now, say
     * {@code now + 1}; one that is issued afterwards in the same second is caught as well.
     */
    public static Revocation ofUser(String user, long beforeSeconds) {
        return new Revocation(Kind.USER, user, beforeSeconds);
    }

    /** All tokens issued before an epoch second; see {@link #ofUser}. */
    public static Revocation ofEverythingBefore(long beforeSeconds) {
        return new Revocation(Kind.EVERYTHING, "", beforeSeconds);
    }

    /** Whether it means the token of {@code who}. Cheap: called for each connection when a revocation comes. */
    public boolean covers(Principal who) {
        return who.kind() == Principal.Kind.TOKEN
                && switch (kind) {
                    case TOKEN -> id.equals(who.tokenId());
                    case USER -> who.user().equals(id) && who.issuedAtSeconds() < beforeSeconds;
                    case EVERYTHING -> who.issuedAtSeconds() < beforeSeconds;
                };
    }
}
