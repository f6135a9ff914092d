package dev.fanfare.gateway.auth;

import dev.fanfare.gateway.channel.Access;
import dev.fanfare.gateway.config.Range;
import dev.fanfare.gateway.config.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Whose tokens are accepted, and what becomes of connections whose token is no longer good.
 *
 * @param development whether {@code --dev} was said: anyone may connect and subscribe, as without keys
 * @param issuers with at least one key each
 * @param terms what every token must keep to
 * @param maxRevocations of tokens and users, together
 * @param expiryGrace from telling a client that its token has expired until its connection is closed
 */
public record AuthConfig(
        boolean development, List<IssuerConfig> issuers, TokenTerms terms, int maxRevocations, Duration expiryGrace) {

    public AuthConfig {
        issuers = List.copyOf(issuers);
    }

    /** Whom the gateway lets in where no setting says so. */
    public enum Mode {
        /** No keys: tokens are not looked at, anyone may connect and subscribe. */
        NO_KEYS,
        /** {@code --dev}: anyone may connect and subscribe; a token that comes is checked if there are keys. */
        DEVELOPMENT,
        /** Keys: users may subscribe. */
        TOKENS
    }

    public static AuthConfig from(Settings in) {
        boolean development = in.flag(
                "auth.dev",
                false,
                "development: anyone may subscribe where no namespace says otherwise, also with keys (--dev)");
        List<IssuerConfig> issuers = new ArrayList<>();
        IssuerConfig own = IssuerConfig.from(in, "", "auth.");
        TokenTerms terms = TokenTerms.from(in);
        if (own.hasKeys()) {
            issuers.add(own);
        }
        for (String name : in.names("auth.issuers", IssuerConfig.MEMBERS)) {
            issuers.add(IssuerConfig.from(in, name, "auth.issuers." + name + "."));
        }
        check(in, own, issuers);
        return new AuthConfig(
                development,
                issuers,
                terms,
                in.number(
                        "auth.max-revocations",
                        100_000,
                        Range.of(1, 10_000_000),
                        "tokens and users that can be revoked at once; one more is refused"),
                in.duration(
                        "auth.expiry-grace",
                        "25s",
                        Range.of("0s", "1h"),
                        "from telling a client that its token has expired until its connection is closed"));
    }

    private static void check(Settings in, IssuerConfig own, List<IssuerConfig> issuers) {
        if (!own.hasKeys()
                && own.secret().isEmpty()
                && !(own.issuer().isEmpty() && own.audience().isEmpty())) {
            in.reject(
                    "auth.issuer and auth.audience say nothing without a key; set auth.hmac-secret or auth.public-key");
        }
        Set<String> seen = new HashSet<>();
        for (IssuerConfig issuer : issuers) {
            if (!issuer.name().isEmpty() && issuer.issuer().isEmpty()) {
                in.reject("auth.issuers.%s.issuer: missing; allowed: what iss is in the tokens of this issuer"
                        .formatted(issuer.name()));
            } else if (!issuer.issuer().isEmpty() && !seen.add(issuer.issuer())) {
                in.reject("auth.issuers.%s.issuer: '%s' is another issuer's as well"
                        .formatted(issuer.name(), issuer.issuer()));
            }
            if (!issuer.name().isEmpty() && !issuer.hasKeys() && issuer.secret().isEmpty()) {
                in.reject("auth.issuers.%s has no key; set its hmac-secret or public-key".formatted(issuer.name()));
            }
        }
    }

    /** Whether tokens are looked at. */
    public boolean hasKeys() {
        return !issuers.isEmpty();
    }

    public Mode mode() {
        return development ? Mode.DEVELOPMENT : hasKeys() ? Mode.TOKENS : Mode.NO_KEYS;
    }

    /** Who may subscribe where no setting says so. */
    public Access standardAccess() {
        return mode() == Mode.TOKENS ? Access.AUTHENTICATED : Access.ANYONE;
    }
}
