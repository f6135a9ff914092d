package dev.fanfare.gateway.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.EdECPrivateKey;
import java.util.Base64;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Signs tokens, for development and scripts; the gateway itself signs none. One thread. */
public final class TokenMaker {
    private final Algorithm algorithm;
    private final Signer signer;

    /** Signs bytes. */
    private interface Signer {
        byte[] sign(byte[] content) throws GeneralSecurityException, JOSEException;
    }

    private TokenMaker(Algorithm algorithm, Signer signer) {
        this.algorithm = algorithm;
        this.signer = signer;
    }

    /**
     * Signs with the secret of a configured issuer.
     *
     * @param issuer its name in {@code auth.issuers}; empty for the one in {@code auth} itself
     * @param algorithm null for the first its secret is for
     * @throws UnusableKeyException if it has no secret, or that is not for {@code algorithm}
     */
    public static TokenMaker ofSecret(AuthConfig config, String issuer, @Nullable String algorithm)
            throws UnusableKeyException {
        for (IssuerConfig each : config.issuers()) {
            if (each.name().equals(issuer) && !each.secret().isEmpty()) {
                Set<Algorithm> pinned = TokenKey.pinned(Algorithm.Family.HMAC, each.algorithms());
                Algorithm chosen = chosen(algorithm, pinned);
                return new TokenMaker(chosen, by(chosen, signer(each.secret())));
            }
        }
        String key = issuer.isEmpty() ? "auth.hmac-secret" : "auth.issuers.%s.hmac-secret".formatted(issuer);
        throw new UnusableKeyException(
                "there is no key to sign with; set %s, or name a private key: --key FILE.pem".formatted(key));
    }

    /**
     * Signs with a private key.
     *
     * @param file PEM, PKCS #8
     * @param algorithm null for the usual one of such keys
     * @throws UnusableKeyException if it cannot be read, or is not for {@code algorithm}
     */
    public static TokenMaker ofPrivateKey(Path file, @Nullable String algorithm) throws UnusableKeyException {
        PrivateKey key = PemFile.privateKey(file);
        if (key instanceof EdECPrivateKey) {
            return new TokenMaker(chosen(algorithm, Set.of(Algorithm.EDDSA)), content -> ed25519(key, content));
        }
        try {
            if (key instanceof ECPrivateKey curve) {
                Algorithm only = TokenKey.ofCurve(curve.getParams());
                return new TokenMaker(chosen(algorithm, Set.of(only)), by(only, new ECDSASigner(curve)));
            }
            Set<Algorithm> wanted = algorithm == null ? Set.of() : Set.of(known(algorithm));
            Algorithm chosen = chosen(algorithm, TokenKey.pinned(Algorithm.Family.RSA, wanted));
            return new TokenMaker(chosen, by(chosen, new RSASSASigner(key)));
        } catch (JOSEException | IllegalArgumentException unusable) {
            throw new UnusableKeyException("%s cannot be used: %s".formatted(file, unusable.getMessage()));
        }
    }

    /**
     * A token.
     *
     * @param claims a JSON object
     * @param keyId {@code kid}, or null for none
     */
    public String sign(String claims, @Nullable String keyId) throws UnusableKeyException {
        JWSHeader.Builder header = new JWSHeader.Builder(algorithm.jws()).type(com.nimbusds.jose.JOSEObjectType.JWT);
        if (keyId != null) {
            header.keyID(keyId);
        }
        String content = header.build().toBase64URL() + "." + base64(claims.getBytes(StandardCharsets.UTF_8));
        try {
            return content + "." + base64(signer.sign(content.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException | JOSEException failure) {
            throw new UnusableKeyException("the key cannot sign: " + failure.getMessage());
        }
    }

    private static JWSSigner signer(String secret) throws UnusableKeyException {
        try {
            return new MACSigner(secret);
        } catch (JOSEException tooShort) {
            throw new UnusableKeyException("the secret cannot sign: " + tooShort.getMessage());
        }
    }

    private static Signer by(Algorithm algorithm, JWSSigner signer) {
        return content -> signer.sign(new JWSHeader(algorithm.jws()), content).decode();
    }

    private static byte[] ed25519(PrivateKey key, byte[] content) throws GeneralSecurityException {
        Signature signature = Signature.getInstance("Ed25519");
        signature.initSign(key);
        signature.update(content);
        return signature.sign();
    }

    private static Algorithm chosen(@Nullable String wanted, Set<Algorithm> allowed) throws UnusableKeyException {
        if (wanted == null) {
            return allowed.iterator().next();
        }
        Algorithm algorithm = known(wanted);
        if (!allowed.contains(algorithm)) {
            throw new UnusableKeyException(
                    "the key is not for %s; allowed: %s".formatted(wanted, KeyReader.words(allowed)));
        }
        return algorithm;
    }

    private static Algorithm known(String wanted) throws UnusableKeyException {
        try {
            return Algorithm.written(wanted);
        } catch (IllegalArgumentException unknown) {
            throw new UnusableKeyException(
                    "algorithm '%s' is not known; allowed: %s".formatted(wanted, Algorithm.all()));
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
