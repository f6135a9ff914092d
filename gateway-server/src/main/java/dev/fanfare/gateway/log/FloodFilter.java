package dev.fanfare.gateway.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;

/**
 * The last dam: of each logger at most ten lines of level WARN or ERROR in ten seconds, whatever the code that writes them thinks of it.
 * What is left out is told with the logger's next line. Any thread.
 */
public final class FloodFilter extends TurboFilter {
    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int MOST = 10;
    /** There are about as many classes that log. */
    private static final int MAX_LOGGERS = 1_000;

    private final Map<String, Window> windows = new ConcurrentHashMap<>();

    private static final class Window {
        private final AtomicInteger lines = new AtomicInteger();
        private volatile long begin = System.nanoTime();

        /** Lines of the window that has just ended which were left out; -1 if it has not. */
        int roll(long now) {
            if (now - begin < INTERVAL_NANOS) {
                return -1;
            }
            begin = now;
            return Math.max(0, lines.getAndSet(0) - MOST);
        }
    }

    @Override
    public FilterReply decide(
            @Nullable Marker marker,
            Logger logger,
            Level level,
            @Nullable String format,
            Object @Nullable [] arguments,
            @Nullable Throwable thrown) {
        if (format == null || !level.isGreaterOrEqual(Level.WARN) || windows.size() > MAX_LOGGERS) {
            return FilterReply.NEUTRAL; // null: somebody only asks whether the level is on
        }
        Window window = windows.computeIfAbsent(logger.getName(), name -> new Window());
        int leftOut = window.roll(System.nanoTime());
        if (leftOut > 0) {
            logger.warn("… {} lines of this kind were left out", leftOut);
        }
        return window.lines.incrementAndGet() > MOST ? FilterReply.DENY : FilterReply.NEUTRAL;
    }
}
