package dev.fanfare.gateway.auth;

import com.nimbusds.jose.JWSAlgorithm;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The signatures of tokens that are known (RFC 7518 §3.1, RFC 8037); any other, and {@code none}, is refused. Any thread. */
enum Algorithm {
    HS256(Family.HMAC, 32),
    HS384(Family.HMAC, 48),
    HS512(Family.HMAC, 64),
    RS256(Family.RSA, 0),
    RS384(Family.RSA, 0),
    RS512(Family.RSA, 0),
    PS256(Family.RSA, 0),
    PS384(Family.RSA, 0),
    PS512(Family.RSA, 0),
    ES256(Family.EC, 256),
    ES384(Family.EC, 384),
    ES512(Family.EC, 521),
    EDDSA(Family.ED25519, 0);

    /** The sort of key it needs. */
    enum Family {
        HMAC,
        RSA,
        EC,
        ED25519
    }

    private final Family family;
    /** HMAC: least bytes of the secret (RFC 7518 §3.2). EC: bits of the curve, which decides the algorithm. */
    private final int size;

    Algorithm(Family family, int size) {
        this.family = family;
        this.size = size;
    }

    Family family() {
        return family;
    }

    int size() {
        return size;
    }

    /** Whether to check a signature takes most of a millisecond: too long for an event loop (docs/auth.md has the figures). */
    boolean isSlow() {
        return family == Family.EC || family == Family.ED25519;
    }

    /** As a header says it. */
    String jwsName() {
        return this == EDDSA ? "EdDSA" : name();
    }

    JWSAlgorithm jws() {
        return JWSAlgorithm.parse(jwsName());
    }

    /** The one a header names, or null. {@code Ed25519} is RFC 9864's word for the EdDSA we know. */
    static @Nullable Algorithm named(String name) {
        for (Algorithm each : values()) {
            if (each.jwsName().equals(name)) {
                return each;
            }
        }
        return name.equals("Ed25519") ? EDDSA : null;
    }

    /** The one a setting names, in upper or lower case. */
    static Algorithm written(String text) {
        for (Algorithm each : values()) {
            if (each.name().equals(text.toUpperCase(Locale.ROOT))) {
                return each;
            }
        }
        throw new IllegalArgumentException("one of " + all());
    }

    static String all() {
        return Arrays.stream(values()).map(Algorithm::jwsName).collect(Collectors.joining(", "));
    }
}
