package dev.fanfare.load.connect;

import dev.fanfare.load.stats.Interval;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * All event loops of this process and the connections on them; in the process that has the first connection, the publishers as
 * well. Any thread, but one at a time.
 */
public final class ClientLoops implements AutoCloseable {
    private static final int CLOSE_SECONDS = 3;

    private final EventLoopGroup group;
    private final List<ClientLoop> loops = new ArrayList<>();
    private final @Nullable EventLoopGroup publishing;
    private final @Nullable Publishers publishers;

    /**
     * @param plan the whole run's
     * @param first index of the first connection that is this process's
     * @param count how many are
     * @param loopCount event loops to spread them over
     * @throws IllegalArgumentException when a URL of the plan cannot be used
     */
    public ClientLoops(ConnectPlan plan, int first, int count, int loopCount) {
        List<Target> targets = plan.urls().stream().map(Target::parse).toList();
        IoBackend io = IoBackend.pick();
        int used = Math.max(1, Math.min(loopCount, count));
        group = io.loops(used);
        for (int i = 0; i < used; i++) {
            int from = (int) ((long) count * i / used);
            int mine = (int) ((long) count * (i + 1) / used) - from;
            double rate = plan.rampPerSecond() * mine / plan.connections();
            int inFlight = Math.max(1, (int) ((long) plan.inFlight() * mine / plan.connections()));
            EventLoop loop = group.next();
            loops.add(
                    new ClientLoop(loop, io, plan, targets, new ClientLoop.Slice(first + from, mine, rate, inFlight)));
        }
        ChannelPlan channels = first == 0 ? plan.channels() : null;
        publishing = channels == null ? null : io.loops(1);
        publishers =
                channels == null || publishing == null ? null : new Publishers(publishing.next(), io, plan, channels);
    }

    /** How sockets are waited for here: {@code epoll} or {@code nio}. */
    public static String backend() {
        return IoBackend.pick().label();
    }

    /** What encrypts here. */
    public static String tlsProvider() {
        return TlsClient.provider();
    }

    /** Starts connecting. */
    public void start() {
        loops.forEach(ClientLoop::start);
    }

    /** Tells all connections and publishers what to do. */
    public void obey(Order order) {
        loops.forEach(loop -> loop.obey(order));
        if (publishers != null) {
            publishers.obey(order);
        }
    }

    /** Says what every subscriber must have in the end. */
    public void expect(Ends ends) {
        loops.forEach(loop -> loop.expect(ends));
    }

    /** What happened on all loops since the last call. */
    public CompletableFuture<Collected> collect() {
        List<CompletableFuture<Collected>> parts = new ArrayList<>();
        loops.forEach(loop -> parts.add(loop.collect()));
        if (publishers != null) {
            parts.add(publishers.collect());
        }
        return all(parts).thenApply(Collected::merge);
    }

    /** Ends all connections; the result is what happened since the last collection, what only the end shows included. */
    public CompletableFuture<Interval> stop() {
        List<CompletableFuture<Interval>> parts = new ArrayList<>();
        loops.forEach(loop -> parts.add(loop.stop()));
        if (publishers != null) {
            parts.add(publishers.collect().thenApply(Collected::interval));
        }
        return all(parts).thenApply(each -> {
            Interval sum = new Interval();
            each.forEach(sum::add);
            return sum;
        });
    }

    /** Ends the event loops. Blocks until they have ended, a few seconds at most. */
    @Override
    public void close() {
        if (end(group)) {
            loops.forEach(ClientLoop::release);
        }
        if (publishing != null && publishers != null && end(publishing)) {
            publishers.release();
        }
    }

    private static boolean end(EventLoopGroup loops) {
        return loops.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS)
                .awaitUninterruptibly(2 * CLOSE_SECONDS, TimeUnit.SECONDS);
    }

    private static <T> CompletableFuture<List<T>> all(List<CompletableFuture<T>> parts) {
        return CompletableFuture.allOf(parts.toArray(new CompletableFuture<?>[0]))
                .thenApply(done -> parts.stream().map(CompletableFuture::join).toList());
    }
}
