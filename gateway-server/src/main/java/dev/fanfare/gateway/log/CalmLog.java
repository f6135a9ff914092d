package dev.fanfare.gateway.log;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;

/**
 * One kind of log line that a client may cause as often as it likes: one line in ten seconds, which says how many were left
 * out since the one before it. Any thread.
 */
public final class CalmLog {
    private static final String LEFT_OUT = "… and {} more like this were left out since the last one";
    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Logger log;
    private final LongSupplier nanoTime;
    private final AtomicLong nextDue;
    private final AtomicLong leftOut = new AtomicLong();

    public CalmLog(Logger log) {
        this(log, System::nanoTime);
    }

    CalmLog(Logger log, LongSupplier nanoTime) {
        this.log = log;
        this.nanoTime = nanoTime;
        this.nextDue = new AtomicLong(nanoTime.getAsLong());
    }

    /** Lets {@code line} write a warning to the log, if it is time for a line of this kind. */
    public void say(Consumer<Logger> line) {
        say(line, others -> log.warn(LEFT_OUT, others));
    }

    /** The same for what is nothing to worry about. */
    public void mention(Consumer<Logger> line) {
        say(line, others -> log.info(LEFT_OUT, others));
    }

    private void say(Consumer<Logger> line, LongConsumer more) {
        long now = nanoTime.getAsLong();
        long due = nextDue.get();
        if (now - due < 0 || !nextDue.compareAndSet(due, now + INTERVAL_NANOS)) {
            leftOut.incrementAndGet();
            return;
        }
        line.accept(log);
        long others = leftOut.getAndSet(0);
        if (others > 0) {
            more.accept(others);
        }
    }
}
