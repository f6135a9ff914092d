package dev.fanfare.load.scenario;

/** The run cannot go on and has no result worth reporting, as when a worker process died. */
public final class RunFailed extends Exception {
    /** With what went wrong, for the user. */
    public RunFailed(String message, Throwable cause) {
        super(message, cause);
    }
}
