package dev.fanfare.gateway.transport;

import dev.fanfare.gateway.hub.Roster;
import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Ends HTTP connections that take too long, with one timer per event loop instead of one per connection. Streams do not
 * stand here: their shard looks after them. Owned by its event loop.
 */
final class RequestDeadlines {
    private static final long SWEEP_MILLIS = 250;
    /** What a client has for anything while memory is short: a request that does not end may hold 25 KB. */
    private static final long LITTLE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final EventLoop loop;
    private final BooleanSupplier memoryTight;
    private final Roster<Deadline> waiting = new Roster<>();

    /** One connection's deadline. */
    final class Deadline extends Roster.Seat {
        private final Consumer<Deadline> onExpiry;
        private long beganNanos;
        private long dueNanos;

        private Deadline(Consumer<Deadline> onExpiry) {
            this.onExpiry = onExpiry;
        }

        void in(long nanos) {
            assert loop.inEventLoop();
            beganNanos = System.nanoTime();
            dueNanos = beganNanos + nanos;
        }

        void cancel() {
            assert loop.inEventLoop();
            waiting.remove(this);
        }
    }

    /** @param memoryTight whether memory is short just now; then all deadlines are short */
    RequestDeadlines(EventLoop loop, BooleanSupplier memoryTight) {
        this.loop = loop;
        this.memoryTight = memoryTight;
        loop.scheduleAtFixedRate(this::sweep, SWEEP_MILLIS, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** A deadline {@code nanos} from now; it is gone once it has expired or was cancelled. */
    Deadline begin(long nanos, Consumer<Deadline> onExpiry) {
        assert loop.inEventLoop();
        Deadline deadline = new Deadline(onExpiry);
        deadline.in(nanos);
        waiting.add(deadline);
        return deadline;
    }

    private void sweep() {
        long now = System.nanoTime();
        boolean tight = memoryTight.getAsBoolean();
        waiting.walk(0, deadline -> {
            if (now - deadline.dueNanos >= 0 || (tight && now - deadline.beganNanos >= LITTLE_NANOS)) {
                waiting.remove(deadline);
                deadline.onExpiry.accept(deadline);
            }
        });
    }
}
