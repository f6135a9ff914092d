package dev.fanfare.gateway.boot;

/** What the process says when it ends. */
final class ExitCode {
    /** Ended as asked; after SIGTERM or SIGINT: drained. */
    static final int OK = 0;
    /** Could not run, or {@code doctor} found something that does not suffice. */
    static final int FAILED = 1;
    /** Bad command line or configuration. */
    static final int USAGE = 2;
    /** Not an exit code: the gateway runs on after the main thread has ended. */
    static final int RUNNING = -1;

    private ExitCode() {}
}
