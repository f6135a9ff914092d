package dev.fanfare.load.connect;

/** What a run tells its connections to do, all at once. */
public enum Order {
    /** Publishing is about to begin: whoever is connected now must receive everything from the first publication on. */
    ARM,
    /** Begin to publish. */
    PUBLISH,
    /** Stop publishing. */
    QUIET,
    /** Cut all connections; they come back. */
    DROP,
    /** Slow connections stop reading. */
    PAUSE,
    /** Slow connections read on. */
    RESUME
}
