package dev.fanfare.gateway.auth;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a JSON Web Key Set (RFC 7517). Pure; any thread. */
final class KeySet {
    private static final int MOST_KEYS = 100;
    private static final int ED25519_BYTES = 32;

    private KeySet() {}

    /**
     * The keys of {@code json} that can check signatures. Others (for encryption, of unknown sorts, too weak, malformed) are passed over, and so are
     * secrets: what anybody can fetch is none.
     *
     * @param wanted algorithms they may be used for; empty for what each says itself, or the usual one
     * @throws UnusableKeyException if it is no key set, or none of its keys can be used
     */
    static List<TokenKey> keys(byte[] json, Set<Algorithm> wanted) throws UnusableKeyException {
        JsonNode set;
        try {
            set = Token.json(json).path("keys");
        } catch (IOException broken) {
            throw new UnusableKeyException("not JSON");
        }
        if (!set.isArray()) {
            throw new UnusableKeyException("no key set: a JSON object with the list 'keys' is expected");
        }
        if (set.size() > MOST_KEYS) {
            throw new UnusableKeyException("%d keys are too many; allowed: %d".formatted(set.size(), MOST_KEYS));
        }
        List<TokenKey> keys = new ArrayList<>();
        for (JsonNode each : set) {
            TokenKey key = key(each, wanted);
            if (key != null) {
                keys.add(key);
            }
        }
        if (keys.isEmpty()) {
            throw new UnusableKeyException("none of its %d keys can be used".formatted(set.size()));
        }
        return keys;
    }

    private static @Nullable TokenKey key(JsonNode json, Set<Algorithm> wanted) {
        if (!json.isObject()) {
            return null;
        }
        try {
            JWK jwk = JWK.parse(json.toString());
            PublicKey key = isForSignatures(jwk) ? publicKey(jwk) : null;
            Set<Algorithm> pinned = key == null ? Set.of() : pinned(jwk, key, wanted);
            return key == null || pinned.isEmpty() ? null : TokenKey.of(jwk.getKeyID(), key, pinned);
        } catch (ParseException
                | JOSEException
                | GeneralSecurityException
                | UnusableKeyException
                | RuntimeException unusable) { // one that is malformed does not take the others with it
            return null;
        }
    }

    private static boolean isForSignatures(JWK jwk) {
        return (jwk.getKeyUse() == null || jwk.getKeyUse().equals(KeyUse.SIGNATURE))
                && (jwk.getKeyOperations() == null || jwk.getKeyOperations().contains(KeyOperation.VERIFY));
    }

    private static Set<Algorithm> pinned(JWK jwk, PublicKey key, Set<Algorithm> wanted) throws UnusableKeyException {
        if (jwk.getAlgorithm() == null) {
            return TokenKey.pinned(key, wanted);
        }
        Algorithm own = Algorithm.named(jwk.getAlgorithm().getName());
        boolean allowed = own != null && (wanted.isEmpty() || wanted.contains(own));
        return allowed ? TokenKey.pinned(key, EnumSet.of(own)) : Set.of();
    }

    private static @Nullable PublicKey publicKey(JWK jwk) throws JOSEException, GeneralSecurityException {
        if (jwk instanceof RSAKey rsa) {
            return rsa.toPublicKey();
        }
        if (jwk instanceof ECKey curve) {
            return curve.toPublicKey();
        }
        if (jwk instanceof OctetKeyPair pair && pair.getCurve().equals(Curve.Ed25519)) {
            return ed25519(pair.getDecodedX());
        }
        return null;
    }

    /** The point in little-endian order, its last bit the sign of x (RFC 8032 §5.1.2). Nimbus would need Tink. */
    private static @Nullable PublicKey ed25519(byte[] encoded) throws GeneralSecurityException {
        if (encoded.length != ED25519_BYTES) {
            return null;
        }
        byte[] big = new byte[ED25519_BYTES];
        for (int i = 0; i < ED25519_BYTES; i++) {
            big[i] = encoded[ED25519_BYTES - 1 - i];
        }
        boolean odd = (big[0] & 0x80) != 0;
        big[0] &= 0x7f;
        EdECPoint point = new EdECPoint(odd, new BigInteger(1, big));
        return KeyFactory.getInstance("Ed25519")
                .generatePublic(new EdECPublicKeySpec(NamedParameterSpec.ED25519, point));
    }
}
