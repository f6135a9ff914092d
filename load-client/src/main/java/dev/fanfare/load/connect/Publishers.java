package dev.fanfare.load.connect;

import dev.fanfare.load.stats.Counter;
import dev.fanfare.load.stats.LoopStats;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelOption;
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

    private final EventLoop loop;
    private final IoBackend io;
    private final ConnectPlan plan;
    private final Target target;
    private final Requests requests;
    private final boolean bulk;
    private final LoopStats stats = new LoopStats();
    private final PublishLog log;
    private final List<Publisher> publishers = new ArrayList<>();
    private final SharedReceiveBuffer receiveBuffer = new SharedReceiveBuffer();
    private final byte[] scratch = new byte[SharedReceiveBuffer.SIZE];
    private long startNanos;
    private long startMillis;
    private boolean quiet;
    private long quietNanos;

    Publishers(EventLoop loop, IoBackend io, ConnectPlan plan, ChannelPlan channels) {
        this.loop = loop;
        this.io = io;
        this.plan = plan;
        this.target = Target.parse(plan.urls().get(0));
        this.requests = new Requests(plan);
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
            } else if (order == Order.QUIET && !quiet) {
                quiet = true;
                quietNanos = System.nanoTime();
                if (startMillis > 0) {
                    publishers.forEach(each -> stats.group(false).add(Counter.UNSENT, each.unsent(quietNanos)));
                }
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
        boolean waitedEnough = System.nanoTime() - quietNanos > timeoutNanos();
        if (!quiet || (!waitedEnough && !publishers.stream().allMatch(Publisher::idle))) {
            return null;
        }
        List<Integer> open = new ArrayList<>();
        for (Publisher each : publishers) {
            for (int i = 0; i < each.call().count(); i++) {
                open.add(each.call().channel(i));
            }
        }
        return log.ends(open);
    }

    private void tick() {
        long now = System.nanoTime();
        publishers.forEach(each -> each.tick(now));
        if (!quiet || !publishers.stream().allMatch(Publisher::idle)) {
            loop.schedule(this::tick, TICK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** Frees what outlives the connections. Only after the event loop has ended. */
    void release() {
        receiveBuffer.release();
    }

    // What publishers ask. On the loop.

    void connect(Publisher publisher) {
        new Bootstrap()
                .group(loop)
                .channel(io.channel())
                .disableResolver()
                .option(ChannelOption.RECVBUF_ALLOCATOR, receiveBuffer)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(publisher.connection())
                .connect(target.address())
                .addListener(done -> {
                    Throwable cause = done.cause();
                    if (cause != null) {
                        loop.execute(() -> publisher.unreachable(cause));
                    }
                });
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

    boolean quiet() {
        return quiet;
    }

    long startNanos() {
        return startNanos;
    }

    /** Epoch milliseconds of the start. */
    long startMillis() {
        return startMillis;
    }
}
