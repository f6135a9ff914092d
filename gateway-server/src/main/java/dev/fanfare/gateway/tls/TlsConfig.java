package dev.fanfare.gateway.tls;

import dev.fanfare.gateway.config.Range;
import dev.fanfare.gateway.config.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Encryption of the public port.
 *
 * @param certificate PEM file with the chain, the server's own first; null leaves everything plain
 * @param key PEM file with its private key
 * @param keyPassword of an encrypted key; empty without
 * @param clientCa PEM file with whom client certificates must come from
 * @param clientAuth whether clients must show one
 * @param minVersion the oldest protocol that is spoken
 * @param ciphers cipher suites by their IANA names, the preferred first
 * @param provider what does the cryptography
 * @param handshakeTimeout from the connection to the end of the handshake
 * @param handshakeRate handshakes begun per second, at most; 0 for no limit
 * @param sessionTimeout how long a client may resume a session without another full handshake
 * @param reloadInterval how often the files are looked at
 * @param plainPort where plain HTTP is spoken beside; null for nowhere
 */
public record TlsConfig(
        @Nullable Path certificate,
        @Nullable Path key,
        String keyPassword,
        @Nullable Path clientCa,
        ClientCertificates clientAuth,
        String minVersion,
        List<String> ciphers,
        ProviderChoice provider,
        Duration handshakeTimeout,
        int handshakeRate,
        Duration sessionTimeout,
        Duration reloadInterval,
        @Nullable Integer plainPort) {
    static final String V1_2 = "TLSv1.2";
    static final String V1_3 = "TLSv1.3";

    private static final String STANDARD_CIPHERS = "intermediate";
    /** Mozilla's intermediate configuration (wiki.mozilla.org/Security/Server_Side_TLS, 5.7): forward secrecy and AEAD only. */
    private static final List<String> INTERMEDIATE = List.of(
            "TLS_AES_128_GCM_SHA256",
            "TLS_AES_256_GCM_SHA384",
            "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    public static TlsConfig from(Settings in) {
        TlsConfig config = read(in);
        if ((config.certificate == null) != (config.key == null)) {
            in.reject("tls.certificate and tls.key belong together: one is given and the other is not");
        }
        if (config.certificate == null && config.plainPort != null) {
            in.reject("tls.plain-port has no use without tls.certificate: server.port is plain then");
        }
        if ((config.clientCa == null) != (config.clientAuth == ClientCertificates.NONE)) {
            in.reject(
                    "tls.client-ca and tls.client-auth belong together: client certificates that are optional or required are checked against tls.client-ca");
        }
        return config;
    }

    private static TlsConfig read(Settings in) {
        return new TlsConfig(
                in.path(
                        "tls.certificate",
                        "PEM file with the certificate and its chain, the server's own first; with it server.port speaks TLS"),
                in.path("tls.key", "PEM file with the private key of tls.certificate"),
                in.secret("tls.key-password", "password of an encrypted tls.key"),
                in.path("tls.client-ca", "PEM file with the authorities that sign client certificates"),
                in.choice(
                        "tls.client-auth",
                        ClientCertificates.NONE,
                        "whether a client must show a certificate; one that is shown must be good"),
                in.oneOf("tls.min-version", List.of(V1_2, V1_3), "the oldest version of TLS that is spoken"),
                ciphers(
                        in.text(
                                "tls.ciphers",
                                STANDARD_CIPHERS,
                                "cipher suites by their IANA names, separated by commas, the preferred first; intermediate: those of Mozilla's list of that name")),
                in.choice(
                        "tls.provider",
                        ProviderChoice.AUTO,
                        "auto takes BoringSSL (openssl) where it runs and the JDK otherwise"),
                in.duration(
                        "tls.handshake-timeout",
                        "10s",
                        Range.of("1s", "5m"),
                        "a client that has not completed the handshake by then is closed"),
                in.number(
                        "tls.handshake-rate",
                        1_000,
                        Range.of(0, 1_000_000),
                        "handshakes begun per second, at most, so that a storm of them does not hold up delivery; more are refused with an alert; 0 for no limit"),
                in.duration(
                        "tls.session-timeout",
                        "1h",
                        Range.of("1m", "24h"),
                        "how long a client may resume a session by its ticket instead of a full handshake"),
                in.duration(
                        "tls.reload-interval",
                        "5s",
                        Range.of("1s", "1h"),
                        "how often the files are looked at; what has changed is taken when it is the same at the next look, on SIGHUP at once"),
                in.port("tls.plain-port", "speaks plain HTTP beside the encrypted server.port"));
    }

    private static List<String> ciphers(String text) {
        return text.equals(STANDARD_CIPHERS)
                ? INTERMEDIATE
                : Arrays.stream(text.split(",", -1)).map(String::trim).toList();
    }

    /** Whether there is TLS. */
    public boolean isOn() {
        return certificate != null;
    }

    /** The versions spoken, the newest first. */
    List<String> versions() {
        return minVersion.equals(V1_3) ? List.of(V1_3) : List.of(V1_3, V1_2);
    }
}
