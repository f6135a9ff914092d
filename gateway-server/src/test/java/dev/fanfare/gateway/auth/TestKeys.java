package dev.fanfare.gateway.auth;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Key pairs, and signatures made with the JDK alone. */
final class TestKeys {
    private static final Map<String, KeyPair> MADE = new ConcurrentHashMap<>();

    private TestKeys() {}

    /** The same pair for the same name: an algorithm of tokens, then what one likes. */
    static KeyPair pair(String name) {
        return MADE.computeIfAbsent(name, TestKeys::make);
    }

    private static KeyPair make(String name) {
        try {
            String curve = switch (name.substring(0, 5)) {
                case "ES256" -> "secp256r1";
                case "ES384" -> "secp384r1";
                case "ES512" -> "secp521r1";
                default -> "";
            };
            if (!curve.isEmpty()) {
                KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
                generator.initialize(new ECGenParameterSpec(curve));
                return generator.generateKeyPair();
            }
            KeyPairGenerator generator = KeyPairGenerator.getInstance(name.startsWith("EdDSA") ? "Ed25519" : "RSA");
            if (!name.startsWith("EdDSA")) {
                generator.initialize(2048);
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException impossible) {
            throw new AssertionError(impossible);
        }
    }

    static TestToken.Signer signer(String algorithm, KeyPair pair) {
        int bits = algorithm.equals("EdDSA") ? 0 : Integer.parseInt(algorithm.substring(2));
        return signed -> {
            Signature signature = switch (algorithm.substring(0, 2)) {
                case "RS" -> Signature.getInstance("SHA" + bits + "withRSA");
                case "PS" -> Signature.getInstance("RSASSA-PSS");
                case "ES" -> Signature.getInstance("SHA" + bits + "withECDSAinP1363Format");
                default -> Signature.getInstance("Ed25519");
            };
            if (algorithm.startsWith("PS")) {
                String hash = "SHA-" + bits;
                signature.setParameter(new PSSParameterSpec(hash, "MGF1", new MGF1ParameterSpec(hash), bits / 8, 1));
            }
            signature.initSign(pair.getPrivate());
            signature.update(signed);
            return signature.sign();
        };
    }

    /** A token for user 42. */
    static String token(String algorithm, KeyPair pair, String kid) {
        return TestToken.of("42")
                .header("alg", algorithm)
                .header("kid", kid.isEmpty() ? null : kid)
                .signed(signer(algorithm, pair));
    }

    static Path write(Path file, String label, Key... keys) throws Exception {
        StringBuilder pem = new StringBuilder("a comment, as openssl writes them\n");
        for (Key key : keys) {
            pem.append("-----BEGIN ").append(label).append("-----\n");
            pem.append(Base64.getMimeEncoder().encodeToString(key.getEncoded()));
            pem.append("\n-----END ").append(label).append("-----\n");
        }
        return Files.writeString(file, pem);
    }

    /** The public key as a JWK, with more members. */
    static String jwk(KeyPair pair, String more) {
        String json;
        if (pair.getPublic() instanceof RSAPublicKey rsa) {
            json = new RSAKey.Builder(rsa).build().toJSONString();
        } else if (pair.getPublic() instanceof ECPublicKey curve) {
            json = new ECKey.Builder(Curve.forECParameterSpec(curve.getParams()), curve)
                    .build()
                    .toJSONString();
        } else {
            byte[] encoded = ((EdECPublicKey) pair.getPublic()).getEncoded();
            Base64URL x = Base64URL.encode(Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length));
            json = new OctetKeyPair.Builder(Curve.Ed25519, x).build().toJSONString();
        }
        return json.substring(0, json.length() - 1) + (more.isEmpty() ? "" : "," + more.replace('\'', '"')) + "}";
    }

    static String set(String... jwks) {
        return "{\"keys\":[" + String.join(",", jwks) + "]}";
    }
}
