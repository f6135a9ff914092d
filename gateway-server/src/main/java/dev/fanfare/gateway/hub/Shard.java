package dev.fanfare.gateway.hub;

import dev.fanfare.gateway.metrics.GatewayMetrics;
import dev.fanfare.gateway.metrics.StreamKind;
import dev.fanfare.gateway.wire.EncodedMessage;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The subscribers of one event loop. Everything here happens on that loop, without locks; other threads enter through
 * {@link #post} and {@link #sayGoodbye}, and may read the counts.
 *
 * <p>A broadcast waits in a mailbox of one: when the loop is still busy with the last one, the newer takes the place of
 * the waiting one, so that an overloaded loop sends fewer ticks to everybody instead of later and later ones.
 */
public final class Shard {
    private static final int SWEEPS_PER_SECOND = 4;
    private static final long SWEEP_NANOS = TimeUnit.SECONDS.toNanos(1) / SWEEPS_PER_SECOND;
    /** Connections served before the loop looks after reads and accepts again: about 8 ms. */
    private static final int SLICE = 1024;
    /** Where a pass begins moves on by this share of the roster, so that nobody is always last. */
    private static final double GOLDEN_SECTION = (Math.sqrt(5) - 1) / 2;

    private final EventLoop loop;
    private final HubConfig config;
    private final FrameWriter writer;
    private final GatewayMetrics metrics;
    private final long epochNanos = System.nanoTime();

    // any thread
    private final AtomicReference<@Nullable Broadcast> mailbox = new AtomicReference<>();
    private final AtomicIntegerArray counts = new AtomicIntegerArray(StreamKind.values().length);
    private final AtomicInteger leaving = new AtomicInteger();
    private volatile long waitingBytes;
    private volatile long waitingMessages;
    private volatile int waitingStreams;
    private volatile long sweptAt = epochNanos;

    // event loop only
    private final Roster<Subscriber> roster = new Roster<>();
    private final Tally tally = new Tally();
    private double turn;
    private @Nullable Pass pass;
    private int phase;
    private int sweeps;
    private long sweepDue;
    private long bytesSeen;
    private long messagesSeen;
    private int streamsSeen;

    Shard(EventLoop loop, HubConfig config, FrameWriter writer, GatewayMetrics metrics) {
        this.loop = loop;
        this.config = config;
        this.writer = writer;
        this.metrics = metrics;
    }

    void start() {
        // At quarters of the wall clock's seconds: between the ticks, which come at whole multiples of their interval.
        long toNext = SWEEP_NANOS - TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis()) % SWEEP_NANOS;
        sweptAt = System.nanoTime();
        sweepDue = sweptAt + toNext;
        loop.scheduleAtFixedRate(this::sweep, toNext, SWEEP_NANOS, TimeUnit.NANOSECONDS);
    }

    /** Adds a connection of this loop; it receives every broadcast from now on. */
    public Subscriber join(Channel channel, StreamProtocol protocol) {
        assert onLoop();
        int period = protocol.heartbeatSeconds();
        int firstHeartbeat = now() + 1 + period / 2 + Math.floorMod(phase++, period); // spread, or all come at once
        Subscriber subscriber = new Subscriber(this, channel, protocol, firstHeartbeat);
        roster.add(subscriber);
        counts.lazySet(protocol.kind().ordinal(), counts.get(protocol.kind().ordinal()) + 1);
        metrics.opened(protocol.kind());
        return subscriber;
    }

    void leave(Subscriber subscriber) {
        assert onLoop();
        if (roster.remove(subscriber)) {
            int kind = subscriber.kind().ordinal();
            counts.lazySet(kind, counts.get(kind) - 1);
            if (subscriber.isLeaving()) {
                leaving.lazySet(leaving.get() - 1);
            }
            metrics.closed(subscriber.kind(), subscriber.reason());
        }
    }

    /** Hands over one broadcast. Any thread. */
    void post(Broadcast broadcast) {
        Broadcast waiting = mailbox.getAndSet(broadcast);
        if (waiting != null) {
            waiting.skipped(); // the task that was to deliver it will deliver this one
            return;
        }
        try {
            loop.execute(this::deliver);
        } catch (RejectedExecutionException loopHasEnded) {
            Broadcast undeliverable = mailbox.getAndSet(null);
            if (undeliverable != null) {
                undeliverable.end();
            }
        }
    }

    /** Says goodbye to at most {@code most} subscribers that were not told yet. Any thread. */
    void sayGoodbye(int most) {
        loop.execute(() -> {
            int[] left = {most};
            roster.walk(first(), subscriber -> {
                if (left[0] > 0 && subscriber.sayGoodbye()) {
                    left[0]--;
                }
            });
        });
    }

    /** A subscriber still stands here, but its end is certain. */
    void willLeave() {
        assert onLoop();
        leaving.lazySet(leaving.get() + 1);
    }

    /** Open streams that are not about to end. Any thread. */
    int staying() {
        return Math.max(0, count() - leaving.get());
    }

    /** Open streams of one kind. Any thread. */
    int count(StreamKind kind) {
        return counts.get(kind.ordinal());
    }

    /** Open streams. Any thread. */
    int count() {
        int sum = 0;
        for (StreamKind kind : StreamKind.values()) {
            sum += count(kind);
        }
        return sum;
    }

    /** Streams that had bytes waiting at the last sweep. Any thread. */
    int waitingStreams() {
        return waitingStreams;
    }

    /** Bytes that waited for sockets at the last sweep. Any thread. */
    long waitingBytes() {
        return waitingBytes;
    }

    /** Messages that waited for sockets at the last sweep. Any thread. */
    long waitingMessages() {
        return waitingMessages;
    }

    /** Time since the last sweep ended, or since they began. Any thread. */
    long sinceSweepNanos() {
        return System.nanoTime() - sweptAt;
    }

    boolean onLoop() {
        return loop.inEventLoop();
    }

    /** Seconds since this shard was made. */
    int now() {
        return (int) TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - epochNanos);
    }

    HubConfig config() {
        return config;
    }

    FrameWriter writer() {
        return writer;
    }

    Tally tally() {
        return tally;
    }

    /** Begins the broadcast that waits, unless one is under way: then that one begins it when it ends. */
    private void deliver() {
        if (pass == null) {
            Broadcast broadcast = mailbox.getAndSet(null);
            if (broadcast != null && roster.size() == 0) {
                broadcast.end();
            } else if (broadcast != null) {
                pass = new Pass(broadcast);
                pass.run();
            }
        }
    }

    /** One broadcast on its way over the roster, a slice at a time, so that reads and accepts do not wait for its end. */
    private final class Pass implements Runnable, Consumer<Subscriber> {
        private final Broadcast broadcast;
        private final EncodedMessage message;
        private final Roster<Subscriber>.Walk walk;

        Pass(Broadcast broadcast) {
            this.broadcast = broadcast;
            this.message = broadcast.message();
            this.walk = roster.new Walk(first());
            turn = (turn + GOLDEN_SECTION) % 1;
        }

        @Override
        public void run() {
            if (!walk.visit(SLICE, this)) {
                // Not execute(): the loop would run it at once. What is due now runs after the next look at the
                // sockets.
                loop.schedule(this, 0, TimeUnit.NANOSECONDS);
                return;
            }
            pass = null;
            tally.moveTo(metrics);
            broadcast.delivered();
            if (mailbox.get() != null) {
                // Not at once: a loop too slow for its broadcasts would never look at its sockets again.
                loop.schedule(Shard.this::deliver, 0, TimeUnit.NANOSECONDS);
            }
        }

        @Override
        public void accept(Subscriber subscriber) {
            try {
                subscriber.offer(message.in(subscriber.format()), tally);
            } catch (RuntimeException | OutOfMemoryError broken) { // one's end must not be the end of the pass
                subscriber.failed(broken);
            }
        }
    }

    /** Where the next pass begins. */
    private int first() {
        return (int) (turn * roster.size());
    }

    private void sweep() {
        metrics.loopLag(Duration.ofNanos(Math.max(0, System.nanoTime() - sweepDue)));
        sweepDue += SWEEP_NANOS;
        int now = now();
        roster.walkPart(sweeps, SWEEPS_PER_SECOND, subscriber -> {
            try {
                subscriber.sweep(now);
            } catch (RuntimeException | OutOfMemoryError broken) { // nor the end of this loop's sweeps
                subscriber.failed(broken);
            }
            int waiting = subscriber.waitingBytes();
            bytesSeen += waiting;
            messagesSeen += subscriber.waitingMessages();
            streamsSeen += waiting > 0 ? 1 : 0;
        });
        tally.moveTo(metrics);
        if (++sweeps == SWEEPS_PER_SECOND) {
            sweeps = 0;
            waitingBytes = bytesSeen;
            waitingMessages = messagesSeen;
            waitingStreams = streamsSeen;
            bytesSeen = 0;
            messagesSeen = 0;
            streamsSeen = 0;
        }
        sweptAt = System.nanoTime();
    }
}
