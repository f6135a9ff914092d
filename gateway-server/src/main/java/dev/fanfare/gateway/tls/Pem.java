package dev.fanfare.gateway.tls;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.fanfare.gateway.config.ConfigException;
import java.io.ByteArrayInputStream;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/** Reads what stands in PEM files (RFC 7468). An error names the setting, the file and the reason, and never shows a key. */
final class Pem {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----", Pattern.DOTALL);
    private static final String PBES2 = "1.2.840.113549.1.5.13";
    private static final List<String> KEY_ALGORITHMS = List.of("RSA", "EC", "EdDSA", "RSASSA-PSS");
    private static final String TO_PKCS8 = "; 'openssl pkcs8 -topk8 -in FILE -out NEW' writes a form that can be read";

    private final SourceFile file;

    Pem(SourceFile file) {
        this.file = file;
    }

    private record Block(String label, String text) {
        byte[] der() {
            return Base64.getMimeDecoder().decode(text);
        }
    }

    /** All certificates, in order; there is at least one. */
    List<X509Certificate> certificates() throws ConfigException {
        List<X509Certificate> found = new ArrayList<>();
        for (Block block : blocks()) {
            if (block.label.equals("CERTIFICATE")) {
                found.add(certificate(block, found.size() + 1));
            }
        }
        if (found.isEmpty()) {
            throw file.problem("there is no BEGIN CERTIFICATE in it");
        }
        return found;
    }

    /** The first private key; {@code password} is for one that is encrypted, and may be empty. */
    PrivateKey privateKey(String password) throws ConfigException {
        for (Block block : blocks()) {
            if (block.label.endsWith("PRIVATE KEY")) {
                try {
                    return key(pkcs8(block, password));
                } catch (IllegalArgumentException malformed) {
                    throw file.problem("the private key cannot be read: " + malformed.getMessage());
                }
            }
        }
        throw file.problem("there is no BEGIN PRIVATE KEY in it");
    }

    private X509Certificate certificate(Block block, int number) throws ConfigException {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(block.der()));
        } catch (CertificateException | IllegalArgumentException malformed) {
            throw file.problem("certificate %d in it cannot be read: %s".formatted(number, malformed.getMessage()));
        }
    }

    private byte[] pkcs8(Block block, String password) throws ConfigException {
        if (block.text.contains("ENCRYPTED")) {
            throw file.problem("the private key is encrypted in the old form (Proc-Type)" + TO_PKCS8);
        }
        return switch (block.label) {
            case "PRIVATE KEY" -> block.der();
            case "RSA PRIVATE KEY" -> Der.ofRsa(block.der());
            case "EC PRIVATE KEY" -> Der.ofEc(block.der());
            case "ENCRYPTED PRIVATE KEY" -> decrypted(block.der(), password);
            default -> throw file.problem("a '%s' cannot be read%s".formatted(block.label, TO_PKCS8));
        };
    }

    private byte[] decrypted(byte[] der, String password) throws ConfigException {
        if (password.isEmpty()) {
            throw file.problem("the private key is encrypted: set tls.key-password");
        }
        try {
            EncryptedPrivateKeyInfo sealed = new EncryptedPrivateKeyInfo(der);
            AlgorithmParameters parameters = sealed.getAlgParameters();
            // PBES2 says only in its parameters what it is made of.
            String name = sealed.getAlgName();
            String scheme = name.equals("PBES2") || name.equals(PBES2) ? String.valueOf(parameters) : name;
            Cipher cipher = Cipher.getInstance(scheme);
            cipher.init(
                    Cipher.DECRYPT_MODE,
                    SecretKeyFactory.getInstance(scheme).generateSecret(new PBEKeySpec(password.toCharArray())),
                    parameters);
            return sealed.getKeySpec(cipher).getEncoded();
        } catch (GeneralSecurityException | java.io.IOException wrong) {
            throw file.problem("the private key cannot be decrypted; is tls.key-password right? (%s)"
                    .formatted(wrong.getMessage()));
        }
    }

    private PrivateKey key(byte[] pkcs8) throws ConfigException {
        for (String algorithm : KEY_ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (InvalidKeySpecException another) { // the next one may fit
            } catch (GeneralSecurityException missing) {
                throw new IllegalStateException(missing);
            }
        }
        throw file.problem("the private key is broken, or of a kind that is not RSA, EC or Ed25519");
    }

    private List<Block> blocks() {
        List<Block> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(new String(file.content(), ISO_8859_1));
        while (matcher.find()) {
            blocks.add(new Block(matcher.group(1), matcher.group(2)));
        }
        return blocks;
    }
}
