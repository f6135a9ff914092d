package dev.fanfare.load.connect;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whom to believe to be the server, where a URL says {@code https}. Immutable; only plain values, so that it travels between
 * processes as JSON.
 *
 * @param insecure whether any certificate will do, whatever name it has
 * @param ca PEM file of the authorities to believe instead of the JDK's; null for those
 * @param resume whether a session of before is continued where the server lets us
 */
public record TlsPlan(boolean insecure, @Nullable String ca, boolean resume) {
    /** The JDK's authorities, and sessions resumed. */
    public static final TlsPlan DEFAULT = new TlsPlan(false, null, true);

    /**
     * Reads the certificates of a PEM file.
     *
     * @throws IllegalArgumentException naming the file and the fault, when it cannot be read or has none
     */
    public static List<X509Certificate> certificates(String file) {
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            List<X509Certificate> found = new ArrayList<>();
            CertificateFactory.getInstance("X.509")
                    .generateCertificates(in)
                    .forEach(each -> found.add((X509Certificate) each));
            if (!found.isEmpty()) {
                return found;
            }
        } catch (IOException | CertificateException e) {
            throw new IllegalArgumentException(
                    "'" + file + "' cannot be read as certificates in PEM form: " + e.getMessage(), e);
        }
        throw new IllegalArgumentException("'" + file + "' has no certificate in PEM form");
    }
}
