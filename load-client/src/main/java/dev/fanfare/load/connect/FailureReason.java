package dev.fanfare.load.connect;

import java.nio.channels.ClosedChannelException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Names a failure so that the same cause has the same name whatever the transport, the address and the attempt. */
final class FailureReason {
    private static final String[] KNOWN = {
        "connection refused",
        "connection reset",
        "broken pipe",
        "too many open files",
        "cannot assign requested address",
        "address already in use",
        "no route to host",
        "network is unreachable",
        "host is unreachable",
        "connection timed out",
    };

    private static final Pattern BORING_SSL = Pattern.compile(".*:OPENSSL_internal:([A-Z0-9_]+).*");

    private FailureReason() {}

    /** Why TLS could not agree on keys. */
    static String ofHandshake(Throwable cause) {
        if (cause instanceof ClosedChannelException || cause.getCause() instanceof ClosedChannelException) {
            return "connection closed during the TLS handshake";
        }
        String reason = of(cause);
        Matcher boringSsl = BORING_SSL.matcher(reason);
        return "TLS handshake: " + (boringSsl.matches() ? boringSsl.group(1) : reason);
    }

    static String of(Throwable cause) {
        Throwable root = cause;
        for (Throwable link = cause; link != null; link = link.getCause()) {
            root = link;
            String lower = String.valueOf(link.getMessage()).toLowerCase(Locale.ROOT);
            for (String known : KNOWN) {
                if (lower.contains(known)) {
                    return known;
                }
            }
        }
        return root.getClass().getSimpleName() + ": " + root.getMessage();
    }
}
