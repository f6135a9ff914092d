package dev.fanfare.gateway.auth;

import dev.fanfare.gateway.config.Settings;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Who makes tokens, and with which keys.
 *
 * @param name as in {@code auth.issuers.NAME}; empty for the one that stands in {@code auth} itself
 * @param issuer what {@code iss} must be; empty if it does not matter
 * @param audience what {@code aud} must name, one of them; empty if it does not matter
 * @param keys those that are configured
 * @param secret for HMAC, to sign with; empty if there is none
 */
record IssuerConfig(String name, String issuer, Set<String> audience, List<TokenKey> keys, String secret) {
    /** What may follow {@code auth.issuers.NAME}. */
    static final Set<String> MEMBERS = Set.of("issuer", "audience", "hmac-secret", "public-key", "algorithms");

    IssuerConfig {
        audience = Set.copyOf(audience);
        keys = List.copyOf(keys);
    }

    /** Reads the issuer whose keys begin with {@code at}. */
    static IssuerConfig from(Settings in, String name, String at) {
        String secret = in.secret(
                at + "hmac-secret",
                "key of tokens signed with HS256 (32 characters or more), HS384 (48) or HS512 (64)");
        List<Path> files = in.list(
                at + "public-key",
                "a PEM file",
                IssuerConfig::path,
                "public keys or certificates of tokens signed with RSA, an elliptic curve or Ed25519");
        List<Algorithm> named = in.list(
                at + "algorithms",
                "one of " + Algorithm.all(),
                Algorithm::written,
                "what the keys may be used for; without it HS256, RS256, EdDSA, and what the curve of a key says");
        String issuer = in.optional(at + "issuer", "what the claim iss must be");
        List<String> audience =
                in.list(at + "audience", "text", text -> text, "what the claim aud must name, one of these");
        Set<Algorithm> algorithms = EnumSet.noneOf(Algorithm.class);
        algorithms.addAll(named);
        KeyReader reader = new KeyReader(in, at, algorithms);
        reader.secret(secret);
        reader.files(files);
        return new IssuerConfig(name, issuer, Set.copyOf(audience), reader.keys(), secret);
    }

    boolean hasKeys() {
        return !keys.isEmpty();
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return "IssuerConfig(" + name + ")";
    }

    private static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException notAPath) {
            throw new IllegalArgumentException("paths of PEM files", notAPath);
        }
    }
}
