package dev.fanfare.gateway.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.util.Base64URL;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECParameterSpec;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A key that may have signed tokens, and with which algorithms: a header that names another one does not get to use it. Immutable; any
 * thread.
 */
final class TokenKey {
    private static final int LEAST_RSA_BITS = 2048;
    /** What it costs to check a signature grows with the square of it. */
    private static final int MOST_RSA_BITS = 8192;

    private final @Nullable String id;
    private final Set<Algorithm> algorithms;
    private final Check check;

    /** Checks one signature. */
    private interface Check {
        boolean holds(Algorithm algorithm, byte[] signed, byte[] signature)
                throws GeneralSecurityException, JOSEException;
    }

    private TokenKey(@Nullable String id, Set<Algorithm> algorithms, Check check) {
        this.id = id;
        this.algorithms = EnumSet.copyOf(algorithms);
        this.check = check;
    }

    /** A shared secret, long enough for {@code algorithms}. */
    static TokenKey ofSecret(String secret, Set<Algorithm> algorithms) {
        try {
            return new TokenKey(null, algorithms, by(new MACVerifier(secret.getBytes(StandardCharsets.UTF_8))));
        } catch (JOSEException tooShort) {
            throw new IllegalArgumentException("secret too short", tooShort);
        }
    }

    /**
     * A public key.
     *
     * @param id {@code kid}, or null if it has none
     * @param algorithms not empty, of those that fit the key
     * @throws UnusableKeyException if it is too weak, or on a curve that is not known
     */
    static TokenKey of(@Nullable String id, PublicKey key, Set<Algorithm> algorithms) throws UnusableKeyException {
        try {
            if (key instanceof RSAPublicKey rsa) {
                int bits = rsa.getModulus().bitLength();
                if (bits < LEAST_RSA_BITS || bits > MOST_RSA_BITS) {
                    throw new UnusableKeyException("an RSA key of %d bits cannot be used; allowed: %d to %d"
                            .formatted(bits, LEAST_RSA_BITS, MOST_RSA_BITS));
                }
                return new TokenKey(id, algorithms, by(new RSASSAVerifier(rsa)));
            }
            if (key instanceof ECPublicKey curve) {
                return new TokenKey(id, algorithms, by(new ECDSAVerifier(curve)));
            }
            return new TokenKey(id, algorithms, (algorithm, signed, signature) -> ed25519(key, signed, signature));
        } catch (JOSEException unknown) {
            throw new UnusableKeyException("the key cannot be used: " + unknown.getMessage());
        }
    }

    /**
     * The algorithms that keys of a family may be used for.
     *
     * @param wanted what is configured; empty for the usual one
     */
    static Set<Algorithm> pinned(Algorithm.Family family, Set<Algorithm> wanted) {
        Set<Algorithm> pinned = EnumSet.noneOf(Algorithm.class);
        for (Algorithm each : wanted) {
            if (each.family() == family) {
                pinned.add(each);
            }
        }
        if (wanted.isEmpty()) {
            pinned.add(
                    switch (family) {
                        case HMAC -> Algorithm.HS256;
                        case RSA -> Algorithm.RS256;
                        case EC -> Algorithm.ES256;
                        case ED25519 -> Algorithm.EDDSA;
                    });
        }
        return pinned;
    }

    /**
     * The algorithms that {@code key} may be used for; empty if none of those {@code wanted} fits it.
     *
     * @throws UnusableKeyException if no token can be signed with a key of its sort
     */
    static Set<Algorithm> pinned(PublicKey key, Set<Algorithm> wanted) throws UnusableKeyException {
        if (key instanceof RSAPublicKey) {
            return pinned(Algorithm.Family.RSA, wanted);
        }
        if (key instanceof EdECPublicKey edwards
                && edwards.getParams().getName().equals("Ed25519")) {
            return pinned(Algorithm.Family.ED25519, wanted);
        }
        if (key instanceof ECPublicKey curve) {
            Algorithm only = ofCurve(curve.getParams());
            return wanted.isEmpty() || wanted.contains(only) ? EnumSet.of(only) : EnumSet.noneOf(Algorithm.class);
        }
        throw new UnusableKeyException(
                "a key of type %s cannot be used; allowed: RSA, EC (P-256, P-384, P-521), Ed25519"
                        .formatted(key.getAlgorithm()));
    }

    /** {@code kid}, or null for a key that is a candidate whatever a token says. */
    @Nullable
    String id() {
        return id;
    }

    boolean isFor(Algorithm algorithm) {
        return algorithms.contains(algorithm);
    }

    /** Whether it made {@code signature}. */
    boolean signed(Algorithm algorithm, byte[] signed, byte[] signature) {
        try {
            return isFor(algorithm) && check.holds(algorithm, signed, signature);
        } catch (GeneralSecurityException | JOSEException malformed) {
            return false; // a signature that cannot even be read
        }
    }

    private static Check by(JWSVerifier verifier) {
        return (algorithm, signed, signature) ->
                verifier.verify(new JWSHeader(algorithm.jws()), signed, Base64URL.encode(signature));
    }

    private static boolean ed25519(PublicKey key, byte[] signed, byte[] signature) throws GeneralSecurityException {
        Signature check = Signature.getInstance("Ed25519");
        check.initVerify(key);
        check.update(signed);
        return check.verify(signature);
    }

    /** The only algorithm for keys on a curve. */
    static Algorithm ofCurve(ECParameterSpec parameters) throws UnusableKeyException {
        Curve curve = Curve.forECParameterSpec(parameters);
        if (Curve.P_256.equals(curve)) {
            return Algorithm.ES256;
        }
        if (Curve.P_384.equals(curve)) {
            return Algorithm.ES384;
        }
        if (Curve.P_521.equals(curve)) {
            return Algorithm.ES512;
        }
        throw new UnusableKeyException(
                "a key on the curve %s cannot be used; allowed: P-256, P-384, P-521".formatted(curve));
    }
}
