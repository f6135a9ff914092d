package dev.fanfare.gateway.address;

/** A header field in which a proxy says for whom it speaks cannot be read. */
final class MalformedForwardException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedForwardException() {
        super("unreadable", null, false, false); // made as often as a client likes, and never shown
    }
}
