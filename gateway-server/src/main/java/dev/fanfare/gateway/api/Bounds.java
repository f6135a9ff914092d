package dev.fanfare.gateway.api;

/** How much one call may do and be told, however many commands it consists of. One thread. */
final class Bounds {
    private final int sharers;
    private final int maxPublications;
    private final Caller caller;
    private int publications;
    private boolean scanned;

    /**
     * For one call.
     *
     * @param sharers commands of it that list something
     * @param maxPublications of all commands together
     * @param caller who makes it
     */
    Bounds(int sharers, int maxPublications, Caller caller) {
        this.caller = caller;
        this.sharers = Math.max(1, sharers);
        this.maxPublications = maxPublications;
    }

    Caller caller() {
        return caller;
    }

    /** The part of {@code all} that one command may have in the reply. */
    int share(int all) {
        return Math.max(1, all / sharers);
    }

    /** Whether no other command shares the reply, so that it may hold one part that is larger than all should be. */
    boolean isAlone() {
        return sharers == 1;
    }

    /** Refuses to look through all channels a second time. */
    void scan() throws ApiError {
        if (scanned) {
            throw ApiError.bad("'channels' may stand in a batch only once");
        }
        scanned = true;
    }

    /** Refuses {@code count} more publications if they are too many together. */
    void publish(int count) throws ApiError {
        publications += count;
        if (publications > maxPublications) {
            throw ApiError.bad("more than %d publications in one call (api.max-batch)".formatted(maxPublications));
        }
    }
}
