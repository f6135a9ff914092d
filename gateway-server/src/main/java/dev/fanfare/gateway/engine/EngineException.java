package dev.fanfare.gateway.engine;

/** The engine could not do what was asked. */
public final class EngineException extends Exception {
    private static final long serialVersionUID = 1L;

    /** What kept it from doing so. */
    public enum Reason {
        /** Too much waits to be done; later it may work. */
        BUSY,
        /** No room for one more channel. */
        TOO_MANY_CHANNELS,
        /** The engine has ended, or cannot be reached. */
        UNAVAILABLE
    }

    private final Reason reason;

    public EngineException(Reason reason, String message) {
        super(message, null, false, false);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
