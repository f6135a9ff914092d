package dev.fanfare.gateway.auth;

import dev.fanfare.gateway.config.Settings;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who makes tokens, and with which keys.
 *
 * @param name as in {@code auth.issuers.NAME}; empty for the one that stands in {@code auth} itself
 * @param issuer what {@code iss} must be; empty if it does not matter
 * @param audience what {@code aud} must name, one of them; empty if it does not matter
 * @param keys those that are configured
 * @param jwks where more of its keys are fetched
 * @param algorithms what keys may be used for; empty for what each says itself, or the usual one
 * @param secret for HMAC, to sign with; empty if there is none
 */
record IssuerConfig(
        String name,
        String issuer,
        Set<String> audience,
        List<TokenKey> keys,
        List<URI> jwks,
        Set<Algorithm> algorithms,
        String secret) {
    private static final Pattern LOOPBACK = Pattern.compile("127(\\.\\d{1,3}){3}");

    /** What may follow {@code auth.issuers.NAME}. */
    static final Set<String> MEMBERS = Set.of("issuer", "audience", "hmac-secret", "public-key", "jwks", "algorithms");

    IssuerConfig {
        audience = Set.copyOf(audience);
        keys = List.copyOf(keys);
        jwks = List.copyOf(jwks);
        algorithms = Set.copyOf(algorithms);
    }

    /**
     * Reads one.
     *
     * @param at what its settings begin with
     * @param plain whether keys may be fetched without TLS from anywhere
     */
    static IssuerConfig from(Settings in, String name, String at, boolean plain) {
        String secret = in.secret(
                at + "hmac-secret",
                "key of tokens signed with HS256 (32 characters or more), HS384 (48) or HS512 (64)");
        List<Path> files = in.list(
                at + "public-key",
                "a PEM file",
                IssuerConfig::path,
                "public keys or certificates of tokens signed with RSA, an elliptic curve or Ed25519");
        List<URI> jwks = in.list(
                at + "jwks",
                "an https URL (http on this machine, or with auth.jwks-insecure)",
                text -> url(text, plain),
                "where keys are fetched as a JSON Web Key Set");
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
        return new IssuerConfig(
                name, issuer, Set.copyOf(audience), reader.keys(!jwks.isEmpty()), jwks, algorithms, secret);
    }

    boolean hasKeys() {
        return !keys.isEmpty() || !jwks.isEmpty();
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return "IssuerConfig(" + name + ")";
    }

    private static URI url(String text, boolean plain) {
        String allowed = "https URLs without user and fragment (http on this machine, or with auth.jwks-insecure)";
        URI url;
        try {
            url = new URI(text);
        } catch (URISyntaxException noUrl) {
            throw new IllegalArgumentException(allowed, noUrl);
        }
        String host = url.getHost();
        boolean secure = "https".equals(url.getScheme()) || ("http".equals(url.getScheme()) && (plain || isHere(host)));
        if (host == null || !secure || url.getUserInfo() != null || url.getFragment() != null) {
            throw new IllegalArgumentException(allowed);
        }
        return url;
    }

    private static boolean isHere(@Nullable String host) {
        return host != null
                && (host.equals("localhost")
                        || host.equals("[::1]")
                        || LOOPBACK.matcher(host).matches());
    }

    private static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException notAPath) {
            throw new IllegalArgumentException("paths of PEM files", notAPath);
        }
    }
}
