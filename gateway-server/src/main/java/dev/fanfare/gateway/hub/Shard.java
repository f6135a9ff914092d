package dev.fanfare.gateway.hub;

import dev.fanfare.gateway.channel.Cursor;
import dev.fanfare.gateway.metrics.GatewayMetrics;
import dev.fanfare.gateway.metrics.StreamKind;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The subscribers of one event loop, and who of them subscribed to what. Everything here happens on that loop, without
 * locks; publications come through the {@link Inbox}, and other threads may read the counts.
 *
 * <p>A loop that is still busy when the next publication of a channel comes that keeps only its newest skips the older one,
 * so that an overloaded loop sends fewer ticks to everybody instead of later and later ones.
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
    private final long startNanos = System.nanoTime();
    private final Inbox inbox;

    // any thread
    private final AtomicIntegerArray counts = new AtomicIntegerArray(StreamKind.values().length);
    private final AtomicInteger leaving = new AtomicInteger();
    private volatile long waitingBytes;
    private volatile long waitingMessages;
    private volatile int waitingStreams;
    private volatile long sweptAt = epochNanos;

    // event loop only
    private final Roster<Subscriber> roster = new Roster<>();
    private final Topics topics;
    private final Reader reader;
    private final Attendance attendance;
    private final String node;
    private final int index;
    private final Tally tally = new Tally();
    private final Cursor.Writer cursor = new Cursor.Writer();
    private double turn;
    private @Nullable Pass pass;
    private int phase;
    private int sweeps;
    private long sweepDue;
    private long bytesSeen;
    private long messagesSeen;
    private int streamsSeen;
    private long serials;

    /** The shard of {@code loop}. */
    Shard(EventLoop loop, HubConfig config, FrameWriter writer, Hub.Parts parts) {
        this.loop = loop;
        this.config = config;
        this.writer = writer;
        this.metrics = parts.metrics();
        this.inbox = new Inbox(loop, this::work);
        this.node = parts.node();
        this.index = parts.index();
        this.attendance = new Attendance(parts.broker(), parts.presence());
        this.topics = new Topics(parts.interests(), index);
        this.reader = new Reader(this, loop, parts.broker());
    }

    void start() {
        // At quarters of the wall clock's seconds: between the ticks, which come at whole multiples of their interval.
        long toNext = SWEEP_NANOS - TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis()) % SWEEP_NANOS;
        sweptAt = System.nanoTime();
        sweepDue = sweptAt + toNext;
        loop.scheduleAtFixedRate(this::sweep, toNext, SWEEP_NANOS, TimeUnit.NANOSECONDS);
    }

    /** Adds a connection of this loop; it receives nothing yet but heartbeats. */
    public Subscriber join(Channel channel, StreamProtocol protocol) {
        assert onLoop();
        int period = protocol.beat().seconds();
        int firstHeartbeat = now() + 1 + period / 2 + Math.floorMod(phase++, period); // spread, or all come at once
        Subscriber subscriber = new Subscriber(this, channel, protocol, serials++, firstHeartbeat);
        roster.add(subscriber);
        counts.lazySet(protocol.kind().ordinal(), counts.get(protocol.kind().ordinal()) + 1);
        metrics.opened(protocol.kind());
        return subscriber;
    }

    /** Subscribes to what is wished for; begins at once, or with what was missed since the position that is known. */
    public void subscribe(Subscriber subscriber, List<Wish> wishes) {
        assert onLoop();
        if (!subscriber.isOpen()) {
            return; // what it sent behind its request has ended it already
        }
        List<Subscription> reading = new ArrayList<>(1);
        for (Wish wish : wishes) {
            if (subscriber.subscriptions().to(wish.name()) != null) {
                continue;
            }
            Subscription added = topics.add(subscriber, wish);
            subscriber.subscriptions(subscriber.subscriptions().with(added));
            attendance.came(added, idOfClient(subscriber));
            if (added.topic.recovers()) {
                added.state = Subscription.State.READING; // all of them, before the first answer comes
                reading.add(added);
            } else if (wish.since() != null) {
                reader.readAgain(added); // it was away, and nothing was kept for it
            }
        }
        reading.forEach(reader::read);
    }

    void leave(Subscriber subscriber) {
        assert onLoop();
        if (roster.remove(subscriber)) {
            int kind = subscriber.kind().ordinal();
            counts.lazySet(kind, counts.get(kind) - 1);
            if (subscriber.isLeaving()) {
                leaving.lazySet(leaving.get() - 1);
            }
            for (Subscription each : subscriber.subscriptions().all()) {
                end(each);
            }
            subscriber.subscriptions(Subscriptions.NONE);
            metrics.closed(subscriber.kind(), subscriber.reason());
        }
    }

    /** Ends the subscription to one channel or pattern; false if there is none. */
    boolean unsubscribe(Subscriber subscriber, String name) {
        assert onLoop();
        Subscription found = subscriber.subscriptions().to(name);
        if (found == null) {
            return false;
        }
        subscriber.subscriptions(subscriber.subscriptions().without(found));
        end(found);
        return true;
    }

    /** Does {@code what} with the subscriber of that number, if it is still there. Any thread. */
    CompletableFuture<Boolean> with(long serial, Consumer<Subscriber> what) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        loop.execute(() -> {
            roster.walk(0, subscriber -> {
                if (subscriber.serial() == serial) {
                    what.accept(subscriber);
                    done.complete(true);
                }
            });
            done.complete(false);
        });
        return done;
    }

    private void end(Subscription subscription) {
        topics.remove(subscription);
        attendance.went(subscription, idOfClient(subscription.owner));
    }

    private ClientId idOfClient(Subscriber subscriber) {
        return new ClientId(node, index, subscriber.serial());
    }

    /** Reads for {@code subscription} what the engine retains of the time in which it took nothing. */
    void read(Subscription subscription) {
        reader.read(subscription);
    }

    /** Tells the owner of {@code subscription} that it missed publications of which nothing is kept. */
    void tellLoss(Subscription subscription) {
        reader.readAgain(subscription);
    }

    /** The bytes that give the next event an id of {@code subscriber}'s own. */
    byte[] idLine(Subscriber subscriber) {
        subscriber.subscriptions().cursor(cursor);
        return Encoding.idLine(cursor.bytes(), cursor.length(), subscriber.protocol());
    }

    /** Where {@code subscriber} stands, as an SSE event id; null if there is nothing it could come back to. */
    @Nullable
    String idOf(Subscriber subscriber) {
        subscriber.subscriptions().cursor(cursor);
        return cursor.length() == 0 ? null : cursor.toString();
    }

    /** Hands over one publication. Any thread. */
    void post(Delivery delivery) {
        inbox.add(delivery);
    }

    /** Publications may have been lost: everybody reads again. Any thread. */
    void interrupted() {
        loop.execute(() ->
                roster.walk(0, subscriber -> subscriber.subscriptions().all().forEach(reader::readAgain)));
    }

    /** Publications that wait for this loop. Any thread. */
    int waitingPublications() {
        return inbox.size();
    }

    /** Whether a publication is on its way over its subscribers. */
    boolean isDelivering() {
        return pass != null;
    }

    /** Says goodbye to at most {@code most} subscribers that were not told yet. Any thread. */
    void sayGoodbye(int most) {
        loop.execute(() -> {
            int[] left = {most};
            roster.walk(first(roster.size()), subscriber -> {
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
        return (int) TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startNanos);
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

    /**
     * Delivers what waits, a slice at a time, so that reads and accepts do not wait for the end of a large fan-out, nor of a
     * long queue.
     */
    private void work() {
        int left = SLICE;
        while (left > 0) {
            Pass under = pass;
            if (under == null) {
                Delivery next = inbox.take();
                if (next == null) {
                    tally.moveTo(metrics);
                    inbox.rest();
                    return;
                }
                left--;
                begin(next);
            } else {
                left -= under.visit(left);
            }
        }
        tally.moveTo(metrics);
        // Not execute(): the loop would run it at once. What is due now runs after the next look at the sockets.
        loop.schedule(this::work, 0, TimeUnit.NANOSECONDS);
    }

    private void begin(Delivery delivery) {
        if (delivery.isSuperseded()) {
            delivery.skipped();
            return;
        }
        List<Topic> concerned = topics.concernedBy(delivery.publication().channel());
        if (concerned.isEmpty()) {
            delivery.end();
        } else {
            turn = (turn + GOLDEN_SECTION) % 1;
            pass = new Pass(delivery, concerned);
        }
    }

    /** One publication on its way over its subscribers. */
    private final class Pass implements Consumer<Subscription> {
        private final Delivery delivery;
        private final List<Topic> concerned;
        private int at;
        private Roster<Subscription>.Walk walk;

        Pass(Delivery delivery, List<Topic> concerned) {
            this.delivery = delivery;
            this.concerned = concerned;
            this.walk = walkOver(concerned.get(0));
        }

        /** Goes on over at most {@code most} subscribers; returns how many were visited. */
        int visit(int most) {
            int before = walk.left();
            int visited = Math.min(most, before);
            if (walk.visit(most, this)) {
                if (++at < concerned.size()) {
                    walk = walkOver(concerned.get(at));
                } else {
                    pass = null;
                    delivery.delivered();
                }
            }
            return visited;
        }

        @Override
        public void accept(Subscription subscription) {
            Subscriber owner = subscription.owner;
            try {
                if (subscription.topic.pattern == null
                        || owner.subscriptions()
                                .bringsFirst(
                                        subscription, delivery.publication().channel())) {
                    owner.offer(subscription, delivery, tally);
                }
            } catch (RuntimeException | OutOfMemoryError broken) { // one's end must not be the end of the pass
                owner.failed(broken);
            }
        }

        private Roster<Subscription>.Walk walkOver(Topic topic) {
            return topic.roster.new Walk(first(topic.roster.size()));
        }
    }

    /** Where the next pass begins. */
    private int first(int size) {
        return (int) (turn * size);
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
