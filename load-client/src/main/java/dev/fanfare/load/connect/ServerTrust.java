package dev.fanfare.load.connect;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Judges the certificates of servers as the plan says, and so knows which handshakes showed one: a resumed session shows none, and
 * neither provider tells in another way. Its event loop only.
 */
final class ServerTrust extends X509ExtendedTrustManager {
    private static final X509Certificate[] NOBODY = {};

    private final @Nullable X509ExtendedTrustManager judge;
    /** Engines with a handshake under way in which the server showed its certificate. */
    private final Set<SSLEngine> shown = Collections.newSetFromMap(new IdentityHashMap<>());

    /**
     * @throws IllegalArgumentException when the plan's file cannot be used
     */
    ServerTrust(TlsPlan plan) {
        judge = plan.insecure() ? null : judge(plan);
    }

    private static X509ExtendedTrustManager judge(TlsPlan plan) {
        try {
            KeyStore authorities = null;
            if (plan.ca() != null) {
                authorities = KeyStore.getInstance(KeyStore.getDefaultType());
                authorities.load(null, null);
                for (X509Certificate each : TlsPlan.certificates(plan.ca())) {
                    authorities.setCertificateEntry("ca-" + authorities.size(), each);
                }
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(authorities);
            for (TrustManager each : factory.getTrustManagers()) {
                if (each instanceof X509ExtendedTrustManager manager) {
                    return manager;
                }
            }
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalArgumentException("no certificate can be judged: " + e.getMessage(), e);
        }
        throw new IllegalArgumentException("this Java cannot judge certificates");
    }

    /** Whether the server showed its certificate in the handshake of {@code engine}, which is over; forgets it. */
    boolean wasShown(SSLEngine engine) {
        return shown.remove(engine);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        shown.add(engine);
        if (judge != null) {
            judge.checkServerTrusted(chain, type, engine);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        throw new CertificateException("there are no sockets here");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        throw new CertificateException("a certificate is judged for a connection");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        throw new CertificateException("there are no clients here");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        throw new CertificateException("there are no clients here");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
        throw new CertificateException("there are no clients here");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return judge == null ? NOBODY : judge.getAcceptedIssuers();
    }
}
