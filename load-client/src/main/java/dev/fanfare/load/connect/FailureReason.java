package dev.fanfare.load.connect;

import java.util.Locale;

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

    private FailureReason() {}

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
