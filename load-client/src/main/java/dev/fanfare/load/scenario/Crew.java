package dev.fanfare.load.scenario;

import dev.fanfare.load.connect.Collected;
import dev.fanfare.load.stats.Interval;
import java.util.concurrent.CompletableFuture;

/** A part of the connections, here or in another process. One caller at a time; the futures fail when the crew is lost. */
public interface Crew extends AutoCloseable {
    /** Starts connecting; returns at once. */
    void start();

    /** What happened since the last call. */
    CompletableFuture<Collected> collect();

    /** Ends all connections; the result is what happened since the last {@link #collect()}. */
    CompletableFuture<Interval> stop();

    /** Frees everything, by force if need be. */
    @Override
    void close();
}
