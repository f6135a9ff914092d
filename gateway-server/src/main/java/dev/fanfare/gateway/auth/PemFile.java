package dev.fanfare.gateway.auth;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads keys from PEM files (RFC 7468). Any thread; reads the disk. */
final class PemFile {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");
    private static final List<String> KEY_TYPES = List.of("RSA", "EC", "Ed25519");
    private static final long LARGEST = 1 << 20;

    private PemFile() {}

    /** One block. */
    @SuppressWarnings("ArrayRecordComponent") // made once, never compared
    private record Block(String label, byte[] content) {}

    /**
     * All public keys of {@code file}: {@code PUBLIC KEY} and {@code CERTIFICATE}; at least one.
     *
     * @throws UnusableKeyException if there is none, or one cannot be read
     */
    static List<PublicKey> publicKeys(Path file) throws UnusableKeyException {
        List<PublicKey> keys = new ArrayList<>();
        for (Block block : blocks(file)) {
            switch (block.label()) {
                case "PUBLIC KEY" ->
                    keys.add(firstThatReads(
                            factory -> factory.generatePublic(new X509EncodedKeySpec(block.content())),
                            file + ": PUBLIC KEY"));
                case "CERTIFICATE" -> keys.add(certified(block.content(), file));
                default -> throw wrong(file, block.label(), "PUBLIC KEY, CERTIFICATE");
            }
        }
        return keys;
    }

    /**
     * The private key {@code file} begins with, {@code PRIVATE KEY} (PKCS #8, not encrypted).
     *
     * @throws UnusableKeyException if there is none
     */
    static PrivateKey privateKey(Path file) throws UnusableKeyException {
        Block block = blocks(file).get(0);
        if (!block.label().equals("PRIVATE KEY")) {
            throw wrong(file, block.label(), "PRIVATE KEY (make one of another with: openssl pkcs8 -topk8 -nocrypt)");
        }
        return firstThatReads(
                factory -> factory.generatePrivate(new PKCS8EncodedKeySpec(block.content())), file + ": PRIVATE KEY");
    }

    /** Reads a key as one of each type. */
    private interface Reading<K> {
        K by(KeyFactory factory) throws GeneralSecurityException;
    }

    private static <K> K firstThatReads(Reading<K> reading, String what) throws UnusableKeyException {
        for (String type : KEY_TYPES) {
            try {
                return reading.by(KeyFactory.getInstance(type));
            } catch (GeneralSecurityException anotherType) {
                // the next one, then
            }
        }
        throw new UnusableKeyException(what + " cannot be read as a key (RSA, EC or Ed25519)");
    }

    private static PublicKey certified(byte[] content, Path file) throws UnusableKeyException {
        try {
            return CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(content))
                    .getPublicKey();
        } catch (GeneralSecurityException broken) {
            throw new UnusableKeyException(file + ": CERTIFICATE cannot be read");
        }
    }

    private static List<Block> blocks(Path file) throws UnusableKeyException {
        String text;
        try {
            if (Files.size(file) > LARGEST) {
                throw new UnusableKeyException(file + ": larger than 1 MiB; a key is not");
            }
            text = Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException unreadable) {
            throw new UnusableKeyException("%s cannot be read (%s)"
                    .formatted(file, unreadable.getClass().getSimpleName()));
        }
        List<Block> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(text);
        while (matcher.find()) {
            try {
                blocks.add(new Block(matcher.group(1), Base64.getMimeDecoder().decode(matcher.group(2))));
            } catch (IllegalArgumentException broken) {
                throw new UnusableKeyException("%s: %s is no base64".formatted(file, matcher.group(1)));
            }
        }
        if (blocks.isEmpty()) {
            throw new UnusableKeyException(file + ": no PEM block (-----BEGIN PUBLIC KEY-----) in it");
        }
        return blocks;
    }

    private static UnusableKeyException wrong(Path file, String label, String allowed) {
        return new UnusableKeyException("%s: '%s' is not allowed; allowed: %s".formatted(file, label, allowed));
    }
}
