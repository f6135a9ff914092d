package dev.fanfare.load.connect;

import dev.fanfare.load.stats.Counter;
import dev.fanfare.load.stats.Interval;
import dev.fanfare.load.stats.LoopStats;
import dev.fanfare.load.stats.Transport;
import dev.fanfare.load.wire.SharedTicks;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections of one event loop: starts them at its share of the rate, keeps the number of handshakes under way within
 * bounds, gives up those that take too long, and starts again those that may be. Everything but {@link #start()},
 * {@link #collect()} and {@link #stop()} runs on its event loop.
 */
final class ClientLoop {
    private static final Logger LOG = LoggerFactory.getLogger(ClientLoop.class);

    /** Between two looks at the clock while connections are due: fine enough to be even, coarse enough to cost nothing. */
    private static final int RAMP_TICK_MILLIS = 5;

    /** Between two looks at the handshakes under way when no more connections are due. */
    private static final int IDLE_TICK_MILLIS = 100;

    private final EventLoop loop;
    private final Dialer dialer;
    private final @Nullable Http2Pool http2;
    private final ConnectPlan plan;
    private final Slice slice;
    private final List<Target> targets;
    private final Requests requests;
    private final Roster roster;
    private final LoopStats stats = new LoopStats();
    private final List<SharedTicks> ticks;
    private final @Nullable ChannelReader reader;
    private final byte[] scratch = new byte[SharedReceiveBuffer.SIZE];

    /** Handshakes under way, oldest first. */
    private final Set<Link> pending = new LinkedHashSet<>();

    private final Set<Link> open = new HashSet<>();
    private final List<Subscriber> subscribers = new ArrayList<>();
    /** Subscribers whose wait for a reconnect is over. */
    private final ArrayDeque<Subscriber> again = new ArrayDeque<>();

    private final Ramp ramp;
    private long startNanos;
    private int started;
    private int settled;
    private boolean ticking;
    private boolean stopping;
    /** Whether slow connections do not read now. */
    private boolean holding;
    /** What everybody must have in the end; null as long as nobody knows. */
    private @Nullable Ends ends;

    /**
     * The connections one loop opens.
     *
     * @param first index of the first in the whole run
     * @param count how many
     * @param perSecond this loop's share of the rate
     * @param inFlight this loop's share of the handshakes under way
     */
    record Slice(int first, int count, double perSecond, int inFlight) {}

    ClientLoop(EventLoop loop, IoBackend io, ConnectPlan plan, List<Target> targets, Slice slice) {
        this.loop = loop;
        this.dialer = new Dialer(loop, io, plan.tls());
        this.http2 = plan.streamsPerConnection() == 0 ? null : new Http2Pool(this, dialer, plan);
        this.plan = plan;
        this.slice = slice;
        this.targets = targets;
        this.requests = new Requests(plan.requests());
        this.roster = new Roster(plan);
        this.ticks = targets.stream().map(t -> new SharedTicks(plan.compare())).toList();
        this.reader = plan.channels() == null ? null : new ChannelReader(plan.channels());
        this.holding = plan.channels() == null;
        this.ramp = new Ramp(slice.perSecond(), slice.count());
    }

    /** Starts the ramp. Any thread. */
    void start() {
        loop.execute(() -> {
            startNanos = System.nanoTime();
            keepTicking();
        });
    }

    /** What happened since the last call, and whether every first try is over. Any thread. */
    CompletableFuture<Collected> collect() {
        CompletableFuture<Collected> result = new CompletableFuture<>();
        loop.execute(() ->
                result.complete(new Collected(stats.collect(), settled == slice.count(), settled, behind(), null)));
        return result;
    }

    private int behind() {
        Ends all = ends;
        return all == null
                ? 0
                : (int) subscribers.stream()
                        .filter(each -> !each.isOpen() || each.judge().behind(all))
                        .count();
    }

    /** Does what the run wants of all connections at once. Any thread. */
    void obey(Order order) {
        loop.execute(() -> {
            switch (order) {
                case ARM -> open.forEach(each -> each.subscriber().judge().arm());
                case DROP ->
                    List.copyOf(open).forEach(each -> each.drop(channels().reset()));
                case PAUSE, RESUME -> hold(order == Order.PAUSE);
                case PUBLISH, QUIET -> {} // others publish
            }
        });
    }

    /** From now on it is known what everybody must have in the end. Any thread. */
    void expect(Ends all) {
        loop.execute(() -> ends = all);
    }

    private void hold(boolean on) {
        holding = on;
        for (Link each : open) {
            if (each.subscriber().member().slow()) {
                each.read(!on);
            }
        }
    }

    /** Ends all connections, politely, and counts those that had fallen behind. Any thread. */
    CompletableFuture<Interval> stop() {
        CompletableFuture<Interval> result = new CompletableFuture<>();
        loop.execute(() -> {
            stopping = true;
            subscribers.forEach(each -> each.judge().end(each.isOpen(), ends));
            List.copyOf(open).forEach(Link::stop);
            List.copyOf(pending).forEach(Link::stop);
            result.complete(stats.collect());
        });
        return result;
    }

    /** Frees what outlives the connections. Only after the event loop has ended. */
    void release() {
        dialer.release();
    }

    private void keepTicking() {
        if (!ticking) {
            ticking = true;
            tick();
        }
    }

    private void tick() {
        if (stopping) {
            return;
        }
        long now = System.nanoTime();
        giveUpOn(now);
        comeBack(now);
        int due = ramp.due(now - startNanos);
        while (started < due && pending.size() < slice.inFlight()) {
            Roster.Member member = roster.member(slice.first() + started++);
            Subscriber subscriber = new Subscriber(member, stats, judge(member));
            subscribers.add(subscriber);
            attempt(subscriber, now);
        }
        ticking = started < slice.count() || !pending.isEmpty() || !again.isEmpty();
        if (ticking) {
            int wait = started < slice.count() || !again.isEmpty() ? RAMP_TICK_MILLIS : IDLE_TICK_MILLIS;
            later(this::tick, wait);
        }
    }

    private void comeBack(long now) {
        while (!again.isEmpty() && pending.size() < slice.inFlight()) {
            attempt(again.remove(), now);
        }
    }

    private Judge judge(Roster.Member member) {
        return reader == null
                ? new TickJudge(member, stats, ticks.get(member.target()), plan.compare())
                : new ChannelJudge(member, stats, reader);
    }

    private ChannelPlan channels() {
        return Objects.requireNonNull(plan.channels(), "only runs with channels are told so");
    }

    private void giveUpOn(long now) {
        long limit = TimeUnit.MILLISECONDS.toNanos(plan.connectTimeoutMillis());
        while (!pending.isEmpty()) {
            Iterator<Link> oldest = pending.iterator();
            Link link = oldest.next();
            if (now - link.startedNanos() < limit) {
                return;
            }
            link.failed("no complete response head within " + plan.connectTimeoutMillis() + " ms");
        }
    }

    private void attempt(Subscriber subscriber, long now) {
        Roster.Member member = subscriber.member();
        stats.group(member.slow()).add(Counter.ATTEMPTED, 1);
        if (http2 != null && member.transport() == Transport.SSE) {
            Http2Stream stream = http2.open(subscriber, now);
            pending.add(stream);
            stream.begin();
            return;
        }
        Connection connection = new Connection(this, subscriber, now);
        pending.add(connection);
        Dialer.Line line = new Dialer.Line(target(member.target()), member.sourceBlock(), member.slow(), false, 0);
        dialer.dial(line, connection.handler(), cause -> connection.failed(FailureReason.of(cause)));
    }

    /** Runs a task on this loop after a while; a task that fails says so, for nobody waits for its result. */
    private void later(Runnable task, long millis) {
        Future<?> scheduled = loop.schedule(task, millis, TimeUnit.MILLISECONDS);
        scheduled.addListener(done -> {
            if (done.cause() != null && !done.isCancelled()) {
                LOG.error("a task of the load client failed", done.cause());
            }
        });
    }

    // What connections ask and tell. On the loop.

    LoopStats stats() {
        assert loop.inEventLoop();
        return stats;
    }

    byte[] scratch() {
        return scratch;
    }

    /** Whether slow connections do not read now. */
    boolean holding() {
        return holding;
    }

    Requests requests() {
        return requests;
    }

    /** A target by its index. */
    Target target(int index) {
        return targets.get(index);
    }

    /** Keys are agreed on, {@code nanos} after the connection was made. */
    void handshaken(SslHandler encrypting, long nanos) {
        stats.handshakeTime(TimeUnit.NANOSECONDS.toMillis(nanos), dialer.tls().resumed(encrypting));
    }

    /** Keys could not be agreed on. */
    void notHandshaken(SslHandler encrypting) {
        dialer.tls().resumed(encrypting); // forgets the engine
    }

    void opened(Link link) {
        Subscriber subscriber = link.subscriber();
        pending.remove(link);
        open.add(link);
        settle(subscriber);
        subscriber.opened();
        Roster.Member member = subscriber.member();
        stats.group(member.slow()).add(Counter.opened(member.transport()), 1);
        stats.connectTime(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - link.startedNanos()));
    }

    void failed(Link link, String reason) {
        Subscriber subscriber = link.subscriber();
        pending.remove(link);
        settle(subscriber);
        if (!stopping) {
            stats.failed(subscriber.member().slow(), reason);
            subscriber.failed();
            tryAgainLater(subscriber);
        }
    }

    void ended(Link link, String reason) {
        open.remove(link);
        if (!stopping) {
            Roster.Member member = link.subscriber().member();
            stats.ended(member.slow(), member.transport(), reason);
            tryAgainLater(link.subscriber());
        }
    }

    /** This client has cut the connection; it comes back within the spread, whatever the server asked for. */
    void dropped(Link link) {
        Subscriber subscriber = link.subscriber();
        open.remove(link);
        Roster.Member member = subscriber.member();
        stats.dropped(member.slow(), member.transport());
        long wait = ThreadLocalRandom.current().nextLong(channels().spreadMillis() + 1);
        later(
                () -> {
                    subscriber.judge().returning();
                    tryAgain(subscriber);
                },
                wait);
    }

    private void settle(Subscriber subscriber) {
        if (subscriber.firstTryOver()) {
            settled++;
        }
    }

    private void tryAgainLater(Subscriber subscriber) {
        if (!plan.reconnect()) {
            return;
        }
        long wait = Backoff.DEFAULT.waitMillis(
                subscriber.failures(), subscriber.retryMillis(), ThreadLocalRandom.current());
        later(() -> tryAgain(subscriber), wait);
    }

    private void tryAgain(Subscriber subscriber) {
        if (!stopping) {
            again.add(subscriber);
            comeBack(System.nanoTime());
            keepTicking();
        }
    }
}
