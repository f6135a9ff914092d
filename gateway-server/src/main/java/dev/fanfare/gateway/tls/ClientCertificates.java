package dev.fanfare.gateway.tls;

/** Whether a client must show a certificate. */
public enum ClientCertificates {
    NONE,
    /** One that is shown must be good. */
    OPTIONAL,
    REQUIRED
}
