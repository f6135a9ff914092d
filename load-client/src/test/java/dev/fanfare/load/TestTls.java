package dev.fanfare.load;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** An authority and a server's certificate from it, for one test. */
public final class TestTls {
    private static final AtomicInteger MADE = new AtomicInteger();

    private final X509Bundle authority;
    private final X509Bundle server;

    private TestTls(X509Bundle authority, X509Bundle server) {
        this.authority = authority;
        this.server = server;
    }

    /** A certificate for an address, or for a name. */
    public static TestTls forHost(String host) throws Exception {
        CertificateBuilder builder = new CertificateBuilder().ecp256();
        X509Bundle authority = builder.copy()
                .subject("CN=authority " + MADE.incrementAndGet())
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        CertificateBuilder leaf = builder.copy().subject("CN=server").addExtendedKeyUsageServerAuth();
        boolean address = Character.isDigit(host.charAt(0));
        return new TestTls(
                authority, (address ? leaf.addSanIpAddress(host) : leaf.addSanDnsName(host)).buildIssuedBy(authority));
    }

    /** The authority's certificate, as {@code --ca} takes it. */
    public String authority(Path folder) throws Exception {
        Path file = folder.resolve("ca-" + authority.getCertificate().getSerialNumber() + ".pem");
        return Files.writeString(file, authority.getCertificatePEM()).toString();
    }

    /** What a server of the JDK's makes its sockets with. */
    public SSLContext context() throws Exception {
        KeyStore keys = KeyStore.getInstance(KeyStore.getDefaultType());
        keys.load(null, null);
        keys.setKeyEntry("server", server.getKeyPair().getPrivate(), new char[0], server.getCertificatePath());
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }

    public X509Bundle server() {
        return server;
    }
}
