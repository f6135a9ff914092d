package dev.fanfare.gateway.ticker;

import dev.fanfare.gateway.channel.ChannelRules;
import dev.fanfare.gateway.channel.ChannelsConfig;
import dev.fanfare.gateway.channel.Publication;
import dev.fanfare.gateway.engine.Broker;
import dev.fanfare.gateway.metrics.GatewayMetrics;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a tick at every whole multiple of the interval of the wall clock and publishes it to the channel
 * {@code ticks}, on a thread of its own.
 *
 * <p>What a late thread missed is left out and counted. Several gateways with the same interval tick together.
 */
public final class TickBroadcaster implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(TickBroadcaster.class);

    private final TickSource source;
    private final long intervalMillis;
    private final Broker broker;
    private final ChannelRules rules;
    private final GatewayMetrics metrics;
    private final Thread thread;
    private volatile boolean running = true;
    private long seq; // ticker thread only

    public TickBroadcaster(
            TickSource source, Duration interval, Broker broker, ChannelRules rules, GatewayMetrics metrics) {
        this.source = source;
        this.intervalMillis = interval.toMillis();
        this.broker = broker;
        this.rules = rules;
        this.metrics = metrics;
        metrics.ticksEvery(interval);
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

    private void run() {
        Schedule schedule = new Schedule(intervalMillis, System.currentTimeMillis());
        while (waitFor(schedule)) {
            tick();
            metrics.ticksMissed(schedule.advance(System.currentTimeMillis()));
        }
    }

    /** Returns when a tick is due; false when the broadcaster was closed. */
    private boolean waitFor(Schedule schedule) {
        long left = schedule.left(System.currentTimeMillis());
        while (running && left > 0) {
            LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(left));
            left = schedule.left(System.currentTimeMillis());
        }
        return running;
    }

    private void tick() {
        try {
            long now = System.currentTimeMillis();
            Tick tick = new Tick(++seq, now, source.next());
            Publication.Content content = Publication.Content.ofJson(tick.toJson());
            broker.publish(List.of(new Broker.Request(ChannelsConfig.TICKS, rules, content, null)))
                    .whenComplete((published, refused) -> metrics.ticksMissed(
                            refused != null || published.get(0).failure() != null ? 1 : 0));
        } catch (RuntimeException | OutOfMemoryError broken) { // the next tick may be better; the thread must live
            log.error("tick {} failed", seq, broken);
        }
    }
}
