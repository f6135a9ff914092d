package dev.fanfare.gateway.scenario;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** An authority, certificates it signs, and the PEM files that a gateway reads. */
public final class TlsFiles {
    private final Path directory;
    private final X509Bundle authority;

    public TlsFiles(Path directory) {
        this.directory = directory;
        authority = authority("Test Authority");
        write("ca.pem", authority.getCertificatePEM());
        renew("gateway");
    }

    static X509Bundle authority(String name) {
        return build(new CertificateBuilder()
                .ecp256()
                .subject("CN=" + name)
                .setIsCertificateAuthority(true)
                .notAfter(Instant.now().plus(Duration.ofDays(365)))
                .setKeyUsage(true, CertificateBuilder.KeyUsage.keyCertSign, CertificateBuilder.KeyUsage.cRLSign));
    }

    /** Puts a new certificate and key of that name into the files. */
    X509Bundle renew(String name) {
        X509Bundle made = signed(server(name));
        put(made);
        return made;
    }

    /** The same for one that is made already. */
    void put(X509Bundle bundle) {
        write("certificate.pem", bundle.getCertificatePEM() + authority.getCertificatePEM());
        write("key.pem", bundle.getPrivateKeyPEM());
    }

    void write(String file, String content) {
        try {
            Path next = directory.resolve(file + ".next");
            Files.writeString(next, content);
            Files.move(next, directory.resolve(file), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    Path path(String file) {
        return directory.resolve(file);
    }

    X509Bundle signed(CertificateBuilder builder) {
        try {
            return builder.buildIssuedBy(authority);
        } catch (Exception failure) {
            throw new AssertionError(failure);
        }
    }

    static CertificateBuilder server(String name) {
        return new CertificateBuilder()
                .ecp256()
                .subject("CN=" + name)
                .addSanDnsName("localhost")
                .addSanIpAddress("127.0.0.1")
                .notAfter(Instant.now().plus(Duration.ofDays(90)));
    }

    static CertificateBuilder client(String name) {
        return new CertificateBuilder().ecp256().subject("CN=" + name).addExtendedKeyUsageClientAuth();
    }

    /** Settings of a gateway that uses the files, with a plain port beside, and {@code more}. */
    public String[] settings(String... more) {
        List<String> all = new ArrayList<>(List.of(
                "tls.certificate=" + path("certificate.pem"), "tls.key=" + path("key.pem"), "tls.plain-port=0"));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    /** A client that trusts the authority. */
    public SSLContext trusting() {
        return trusting(new KeyManager[0]);
    }

    /** The same, with a certificate of its own. */
    SSLContext showing(X509Bundle client) {
        try {
            KeyManagerFactory keys = client.toKeyManagerFactory();
            return trusting(keys.getKeyManagers());
        } catch (GeneralSecurityException failure) {
            throw new AssertionError(failure);
        }
    }

    private SSLContext trusting(KeyManager[] keys) {
        try {
            TrustManagerFactory trust = authority.toTrustManagerFactory();
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException failure) {
            throw new AssertionError(failure);
        }
    }

    private static X509Bundle build(CertificateBuilder builder) {
        try {
            return builder.buildSelfSigned();
        } catch (Exception failure) {
            throw new AssertionError(failure);
        }
    }
}
