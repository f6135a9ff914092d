package dev.fanfare.load.scenario;

import dev.fanfare.load.connect.Collected;
import dev.fanfare.load.connect.Ends;
import dev.fanfare.load.connect.Order;
import dev.fanfare.load.stats.Interval;
import java.util.concurrent.CompletableFuture;

/** A part of the connections, here or in another process. One caller at a time; the futures fail when the crew is lost. */
public interface Crew extends AutoCloseable {
    /** Starts connecting; returns at once. */
    void start();

    /** Tells all its connections and publishers what to do; returns at once. What is asked afterwards finds it done. */
    void obey(Order order);

    /** Says what every subscriber must have in the end; returns at once. */
    void expect(Ends ends);

    /** What happened since the last call. */
    CompletableFuture<Collected> collect();

    /** Ends all connections; the result is what happened since the last {@link #collect()}. */
    CompletableFuture<Interval> stop();

    /** Frees everything, by force if need be. */
    @Override
    void close();
}
