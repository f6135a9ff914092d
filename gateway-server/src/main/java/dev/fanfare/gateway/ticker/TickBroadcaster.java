package dev.fanfare.gateway.ticker;

import dev.fanfare.gateway.hub.Hub;
import dev.fanfare.gateway.metrics.GatewayMetrics;
import dev.fanfare.gateway.wire.EncodedMessage;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a tick at every whole multiple of the interval of the wall clock and hands it to the hub, on a thread of its own.
 *
 * <p>The next time is computed from the clock, never added up, so the schedule cannot drift and a late tick is not
 * followed by a burst: what was missed is left out and counted. Several gateways with the same interval tick together.
 */
public final class TickBroadcaster implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(TickBroadcaster.class);

    private final TickSource source;
    private final long intervalMillis;
    private final Hub hub;
    private final GatewayMetrics metrics;
    private final Thread thread;
    private volatile boolean running = true;
    private long seq; // ticker thread only

    public TickBroadcaster(TickSource source, Duration interval, Hub hub, GatewayMetrics metrics) {
        this.source = source;
        this.intervalMillis = interval.toMillis();
        this.hub = hub;
        this.metrics = metrics;
        this.thread = new Thread(this::run, "ticker");
        thread.setDaemon(true);
    }

    public void start() {
        thread.start();
    }

    /** Stops after the tick under way; returns when the thread has ended. */
    @Override
    public void close() {
        running = false;
        LockSupport.unpark(thread);
        try {
            thread.join(TimeUnit.SECONDS.toMillis(1));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** The first multiple of {@code intervalMillis} after {@code nowMillis}. */
    static long nextAfter(long nowMillis, long intervalMillis) {
        return (Math.floorDiv(nowMillis, intervalMillis) + 1) * intervalMillis;
    }

    private void run() {
        long due = nextAfter(System.currentTimeMillis(), intervalMillis);
        while (waitUntil(due)) {
            tick();
            long next = nextAfter(System.currentTimeMillis(), intervalMillis);
            metrics.ticksMissed(Math.max(0, (next - due) / intervalMillis - 1));
            due = next;
        }
    }

    /** False when the broadcaster was closed. A clock that is set back by more than an interval does not stop the ticks. */
    private boolean waitUntil(long due) {
        long left = due - System.currentTimeMillis();
        while (running && left > 0 && left <= intervalMillis) {
            LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(left));
            left = due - System.currentTimeMillis();
        }
        return running;
    }

    private void tick() {
        try {
            long now = System.currentTimeMillis();
            Tick tick = new Tick(++seq, now, source.next());
            hub.broadcast(EncodedMessage.of(Long.toString(tick.seq()), tick.toJson()), now);
        } catch (RuntimeException broken) { // the next tick may be better; the thread must live
            log.error("tick {} failed", seq, broken);
        }
    }
}
