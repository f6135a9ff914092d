package dev.fanfare.load.connect;

import dev.fanfare.load.stats.Interval;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** All event loops of this process and the connections on them. Any thread, but one at a time. */
public final class ClientLoops implements AutoCloseable {
    private static final int CLOSE_SECONDS = 3;

    private final EventLoopGroup group;
    private final List<ClientLoop> loops = new ArrayList<>();

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
    }

    /** How sockets are waited for here: {@code epoll} or {@code nio}. */
    public static String backend() {
        return IoBackend.pick().label();
    }

    /** Starts connecting. */
    public void start() {
        loops.forEach(ClientLoop::start);
    }

    /** What happened on all loops since the last call. */
    public CompletableFuture<Collected> collect() {
        return all(loops.stream().map(ClientLoop::collect).toList()).thenApply(Collected::merge);
    }

    /** Ends all connections; the result is what happened since the last collection, stalled streams counted. */
    public CompletableFuture<Interval> stop() {
        return all(loops.stream().map(ClientLoop::stop).toList()).thenApply(parts -> {
            Interval sum = new Interval();
            parts.forEach(sum::add);
            return sum;
        });
    }

    /** Ends the event loops. Blocks until they have ended, a few seconds at most. */
    @Override
    public void close() {
        boolean ended = group.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS)
                .awaitUninterruptibly(2 * CLOSE_SECONDS, TimeUnit.SECONDS);
        if (ended) {
            loops.forEach(ClientLoop::release);
        }
    }

    private static <T> CompletableFuture<List<T>> all(List<CompletableFuture<T>> parts) {
        return CompletableFuture.allOf(parts.toArray(new CompletableFuture<?>[0]))
                .thenApply(done -> parts.stream().map(CompletableFuture::join).toList());
    }
}
