package dev.fanfare.gateway.tls;

/** What does the cryptography. */
public enum ProviderChoice {
    AUTO,
    /** BoringSSL, by netty-tcnative. */
    OPENSSL,
    JDK
}
