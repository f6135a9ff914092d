package dev.fanfare.gateway.metrics;

import java.util.Locale;

/** How a TLS handshake ended; the values of the label {@code result}. */
public enum Handshake {
    COMPLETED,
    /** No protocol, cipher suite or curve in common, or broken bytes. */
    FAILED,
    /** The client's certificate is missing, expired, or of somebody unknown. */
    CLIENT_CERTIFICATE,
    /** The client left before the end. */
    ABANDONED,
    TIMED_OUT,
    /** More began at once than may ({@code tls.handshake-rate}). */
    REFUSED,
    /** The client spoke HTTP without TLS. */
    PLAIN_HTTP;

    /** As it stands in metrics. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
