package dev.fanfare.gateway.tls;

import dev.fanfare.gateway.config.ConfigException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who the gateway is, and whom it trusts. Immutable.
 *
 * @param chain certificates, our own first
 * @param key the private key of the first
 * @param authorities who signs client certificates; empty if nobody shows one
 */
record Identity(List<X509Certificate> chain, PrivateKey key, List<X509Certificate> authorities) {
    private static final byte[] CHALLENGE = {'F', 'a', 'n', 'f', 'a', 'r', 'e'};

    /**
     * The files of {@code config} as they are now.
     *
     * @throws ConfigException if they cannot be used, naming setting, file and reason
     */
    static Identity of(Files files, TlsConfig config) throws ConfigException {
        List<X509Certificate> chain = new Pem(files.certificate).certificates();
        PrivateKey key = new Pem(files.key).privateKey(config.keyPassword());
        if (!belong(key, chain.get(0).getPublicKey())) {
            throw files.key.problem("it is not the key of the first certificate in %s (%s)"
                    .formatted(files.certificate.path(), subject(chain)));
        }
        return new Identity(chain, key, files.clientCa == null ? List.of() : new Pem(files.clientCa).certificates());
    }

    /** What was read; {@code digest} is the same for the same content. */
    record Files(
            SourceFile certificate,
            SourceFile key,
            @Nullable SourceFile clientCa) {
        static Files read(TlsConfig config) throws ConfigException {
            Path certificate = config.certificate();
            Path key = config.key();
            if (certificate == null || key == null) {
                throw new IllegalStateException("there is no TLS");
            }
            Path ca = config.clientCa();
            return new Files(
                    SourceFile.read("tls.certificate", certificate),
                    SourceFile.read("tls.key", key),
                    ca == null ? null : SourceFile.read("tls.client-ca", ca));
        }

        String digest() {
            try {
                MessageDigest sha = MessageDigest.getInstance("SHA-256");
                sha.update(certificate.content());
                sha.update(key.content());
                if (clientCa != null) {
                    sha.update(clientCa.content());
                }
                return java.util.HexFormat.of().formatHex(sha.digest());
            } catch (GeneralSecurityException missing) {
                throw new IllegalStateException(missing);
            }
        }
    }

    /** When the first certificate of the chain ends. */
    Instant expiry() {
        return chain.stream()
                .map(certificate -> certificate.getNotAfter().toInstant())
                .min(Comparator.naturalOrder())
                .orElseThrow();
    }

    /** Whether all of the chain is valid at {@code now}. */
    boolean isValidAt(Instant now) {
        return now.isBefore(expiry())
                && chain.stream()
                        .noneMatch(each -> now.isBefore(each.getNotBefore().toInstant()));
    }

    String subject() {
        return subject(chain);
    }

    private static String subject(List<X509Certificate> chain) {
        String name = chain.get(0).getSubjectX500Principal().getName();
        return name.isEmpty() ? "without a name" : name;
    }

    /** A signature by one is good for the other. */
    private static boolean belong(PrivateKey key, PublicKey certified) {
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            case "RSASSA-PSS" -> "RSASSA-PSS";
            default -> "EdDSA";
        };
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(CHALLENGE);
            byte[] signed = signature.sign();
            signature.initVerify(certified);
            signature.update(CHALLENGE);
            return signature.verify(signed);
        } catch (GeneralSecurityException different) {
            return false;
        }
    }
}
