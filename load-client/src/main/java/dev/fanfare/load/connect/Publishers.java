package dev.fanfare.load.connect;

import dev.fanfare.load.stats.Counter;
import dev.fanfare.load.stats.LoopStats;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * All publishers of a run, on an event loop of their own, so that reading a burst does not make them late. {@link #obey} and
 * {@link #collect()} may be called by any thread; all else runs on that loop.
 */
final class Publishers {
    private static final int TICK_MILLIS = 1;
    private static final int CONNECT_MILLIS = 5000;
    /** How long what was due when publishing ended may still be made: a server that keeps up needs one call more. */
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final EventLoop loop;
    private final ConnectPlan plan;
    private final Target target;
    private final Requests requests;
    private final boolean bulk;
    private final LoopStats stats = new LoopStats();
    private final PublishLog log;
    private final List<Publisher> publishers = new ArrayList<>();
    private final Dialer dialer;
    private final byte[] scratch = new byte[SharedReceiveBuffer.SIZE];
    private long startNanos;
    private long startMillis;
    private boolean quiet;
    private boolean ended;
    private long quietNanos;

    Publishers(EventLoop loop, IoBackend io, ConnectPlan plan, ChannelPlan channels) {
        this.loop = loop;
        this.dialer = new Dialer(loop, io, plan.tls());
        this.plan = plan;
        this.target = Target.parse(plan.urls().get(0));
        this.requests = new Requests(plan.requests());
        this.bulk = channels.batch() > 1;
        this.log = new PublishLog(channels.count());
        for (int i = 0; i < channels.publishers(); i++) {
            publishers.add(new Publisher(this, new PublishSchedule(channels, i), channels, stats));
        }
    }

    void obey(Order order) {
        loop.execute(() -> {
            if (order == Order.PUBLISH) {
                startNanos = System.nanoTime();
                startMillis = System.currentTimeMillis();
                tick();
            } else if (order == Order.QUIET) {
                quiet = true;
                quietNanos = System.nanoTime();
            }
        });
    }

    CompletableFuture<Collected> collect() {
        CompletableFuture<Collected> result = new CompletableFuture<>();
        loop.execute(() -> result.complete(new Collected(stats.collect(), true, 0, 0, ends())));
        return result;
    }

    /** Known once everything made is confirmed; channels with a publication whose answer never comes are given up on. */
    private @Nullable Ends ends() {
        long now = System.nanoTime();
        boolean waitedEnough = now - quietNanos > timeoutNanos();
        if (!quiet || (!waitedEnough && !idle(now))) {
            return null;
        }
        if (!ended && startMillis > 0) {
            ended = true;
            publishers.forEach(each -> stats.group(false).add(Counter.UNSENT, each.unsent(now)));
        }
        List<Integer> open = new ArrayList<>();
        for (Publisher each : publishers) {
            for (int i = 0; i < each.call().count(); i++) {
                open.add(each.call().channel(i));
            }
        }
        return log.ends(open);
    }

    private boolean idle(long now) {
        return publishers.stream().allMatch(each -> each.idle(now));
    }

    private void tick() {
        long now = System.nanoTime();
        publishers.forEach(each -> each.tick(now));
        if (!quiet || !idle(now)) {
            loop.schedule(this::tick, TICK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** Frees what outlives the connections. Only after the event loop has ended. */
    void release() {
        dialer.release();
    }

    // What publishers ask. On the loop.

    void connect(Publisher publisher) {
        Dialer.Line line = new Dialer.Line(target, Dialer.ANY_SOURCE, false, false, CONNECT_MILLIS);
        dialer.dial(line, publisher.connection(), publisher::unreachable);
    }

    Target target() {
        return target;
    }

    byte[] head(int length) {
        return requests.publish(target, bulk, length);
    }

    byte[] scratch() {
        return scratch;
    }

    PublishLog log() {
        return log;
    }

    long timeoutNanos() {
        return TimeUnit.MILLISECONDS.toNanos(plan.connectTimeoutMillis());
    }

    /** How long publications have become due by {@code now}, in nanoseconds: no longer than until publishing was to end. */
    long elapsed(long now) {
        return (quiet ? Math.min(now, quietNanos) : now) - startNanos;
    }

    /** Whether what was due at the end and is not made yet stays so. */
    boolean over(long now) {
        return quiet && now - quietNanos > GRACE_NANOS;
    }

    /** Epoch milliseconds of the start. */
    long startMillis() {
        return startMillis;
    }
}
