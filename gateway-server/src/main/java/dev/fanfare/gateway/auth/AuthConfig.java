package dev.fanfare.gateway.auth;

import dev.fanfare.gateway.channel.Access;
import dev.fanfare.gateway.channel.ChannelRules;
import dev.fanfare.gateway.channel.ChannelsConfig;
import dev.fanfare.gateway.config.Range;
import dev.fanfare.gateway.config.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Whose tokens are accepted, and what becomes of connections whose token is no longer good.
 *
 * @param development whether {@code --dev} was said: anyone may connect and subscribe, as without keys
 * @param issuers with at least one key each
 * @param terms what every token must keep to
 * @param jwks how keys are fetched
 * @param maxRevocations of tokens and users, together
 * @param expiryGrace from telling a client that its token has expired until its connection is closed
 */
public record AuthConfig(
        boolean development,
        List<IssuerConfig> issuers,
        TokenTerms terms,
        JwksTerms jwks,
        int maxRevocations,
        Duration expiryGrace) {

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
        boolean plain = in.flag(
                "auth.jwks-insecure",
                false,
                "whether keys may be fetched without TLS from other machines; who is in between can make tokens then");
        List<IssuerConfig> issuers = new ArrayList<>();
        IssuerConfig own = IssuerConfig.from(in, "", "auth.", plain);
        TokenTerms terms = TokenTerms.from(in);
        JwksTerms jwks = JwksTerms.from(in);
        if (own.hasKeys()) {
            issuers.add(own);
        }
        for (String name : in.names("auth.issuers", IssuerConfig.MEMBERS)) {
            issuers.add(IssuerConfig.from(in, name, "auth.issuers." + name + ".", plain));
        }
        check(in, own, issuers);
        return new AuthConfig(
                development,
                issuers,
                terms,
                jwks,
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
                    "auth.issuer and auth.audience say nothing without a key; set auth.hmac-secret, auth.public-key or auth.jwks");
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
                in.reject(
                        "auth.issuers.%s has no key; set its hmac-secret, public-key or jwks".formatted(issuer.name()));
            }
        }
    }

    /** Refuses rules that would let nobody in, because there are no tokens. */
    public void check(Settings in, ChannelsConfig channels) {
        if (mode() != Mode.NO_KEYS) {
            return;
        }
        Map<String, ChannelRules> all = new TreeMap<>(Map.of("channels", channels.standard()));
        channels.namespaces().forEach((name, rules) -> all.put("namespaces." + name, rules));
        all.forEach((at, rules) -> {
            if (rules.subscribe() != Access.ANYONE && rules.subscribe() != Access.NOBODY) {
                in.reject(
                        "%s.subscribe: '%s' lets nobody in without keys for tokens; set auth.hmac-secret, auth.public-key or auth.jwks, or say --dev"
                                .formatted(at, rules.subscribe().name().toLowerCase(Locale.ROOT)));
            }
        });
    }

    /** What {@code iss} must be in tokens of {@code issuer} (a name of {@code auth.issuers}, or empty), if that matters. */
    public Optional<String> issuerClaim(String issuer) {
        return named(issuer).map(IssuerConfig::issuer).filter(claim -> !claim.isEmpty());
    }

    /** One audience of tokens of {@code issuer}, if that matters. */
    public Optional<String> audienceClaim(String issuer) {
        return named(issuer).flatMap(each -> each.audience().stream().sorted().findFirst());
    }

    private Optional<IssuerConfig> named(String issuer) {
        return issuers.stream().filter(each -> each.name().equals(issuer)).findFirst();
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
