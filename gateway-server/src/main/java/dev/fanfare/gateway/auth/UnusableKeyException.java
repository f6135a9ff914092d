package dev.fanfare.gateway.auth;

/** A key that cannot be used; the message says which and why, and holds nothing of it. */
public final class UnusableKeyException extends Exception {
    private static final long serialVersionUID = 1L;

    UnusableKeyException(String problem) {
        super(problem, null, false, false);
    }
}
