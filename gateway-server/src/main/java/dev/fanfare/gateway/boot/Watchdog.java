package dev.fanfare.gateway.boot;

import dev.fanfare.gateway.hub.Hub;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says {@code WATCHDOG=1} at half of the time systemd allows, as long as the gateway lives: every worker loop has run a
 * sweep within the last quarter of that time. A sweep runs between reads, writes and deliveries of the loop, four times
 * a second, so a loop that hangs in any of them stops the watchdog. When one is late the question is asked again and again, for
 * it may just have been busy: what systemd ends was silent for three quarters of the time allowed, or longer.
 *
 * <p>Thread: that of {@code executor}, which no event loop is.
 */
final class Watchdog implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(Watchdog.class);
    private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final ServiceManager manager;
    private final Hub hub;
    private final ScheduledExecutorService executor;
    private final long period;
    private final long longest;
    private boolean late;

    private Watchdog(ServiceManager manager, Hub hub, ScheduledExecutorService executor) {
        this.manager = manager;
        this.hub = hub;
        this.executor = executor;
        this.period = manager.watchdog().toNanos() / 2;
        this.longest = manager.watchdog().toNanos() / 4;
    }

    /** Begins, if {@code manager} listens for it. The sweeps must have begun. */
    static void start(ServiceManager manager, Hub hub, ScheduledExecutorService executor) {
        if (manager.watchdog().toNanos() > 0) {
            executor.execute(new Watchdog(manager, hub, executor));
        }
    }

    @Override
    public void run() {
        long silent = hub.sinceSweepNanos();
        boolean alive = silent <= longest;
        if (alive) {
            manager.tell("WATCHDOG=1", "STATUS=open streams: " + hub.count());
        }
        if (!alive && !late) {
            log.warn(
                    "an event loop has not run its sweep for {} ms; systemd is not told that the gateway lives",
                    TimeUnit.NANOSECONDS.toMillis(silent));
        } else if (alive && late) {
            log.info("all event loops run their sweeps again");
        }
        late = !alive;
        executor.schedule(this, alive ? period : Math.min(period, AGAIN_NANOS), TimeUnit.NANOSECONDS);
    }
}
