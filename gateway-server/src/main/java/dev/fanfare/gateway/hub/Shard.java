package dev.fanfare.gateway.hub;

import dev.fanfare.gateway.auth.Principal;
import dev.fanfare.gateway.channel.Cursor;
import dev.fanfare.gateway.channel.StreamPosition;
import dev.fanfare.gateway.metrics.CloseReason;
import dev.fanfare.gateway.metrics.GatewayMetrics;
import dev.fanfare.gateway.metrics.Refusal;
import dev.fanfare.gateway.metrics.StreamKind;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.collection.LongObjectHashMap;
import io.netty.util.collection.LongObjectMap;
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
 * locks; publications come through the {@link FanOut}, and other threads may read the counts.
 */
public final class Shard {
    private static final int SWEEPS_PER_SECOND = 4;
    private static final long SWEEP_NANOS = TimeUnit.SECONDS.toNanos(1) / SWEEPS_PER_SECOND;
    private final EventLoop loop;
    private final HubConfig config;
    private final GatewayMetrics metrics;
    private final long startNanos = System.nanoTime();
    private final FanOut fanOut;

    // any thread
    private final AtomicIntegerArray counts = new AtomicIntegerArray(StreamKind.values().length);
    private final AtomicInteger leaving = new AtomicInteger();
    private volatile long waitingBytes;
    private volatile long waitingMessages;
    private volatile int waitingStreams;
    private volatile long sweptAt = startNanos;

    // event loop only
    private final Roster<Subscriber> roster = new Roster<>();
    private final LongObjectMap<Subscriber> bySerial = new LongObjectHashMap<>();
    private final Topics topics;
    private final Reader reader;
    private final Attendance attendance;
    private final Hub.Tokens tokens;
    private final Users users;
    private final Search search;
    private final Search.Question revoked = new Search.Question(this::isRevoked, Subscriber::revoke);
    private final String node;
    private final int index;
    private final Tally tally = new Tally();
    private final PendingBound pending;
    private final Cursor.Writer cursor = new Cursor.Writer();
    private int phase;
    private int sweeps;
    private long sweepDue;
    private long bytesSeen;
    private long messagesSeen;
    private int streamsSeen;
    private long serials;
    private int interruptedSweeps;

    /** The shard of {@code loop}. */
    Shard(EventLoop loop, HubConfig config, Hub.Parts parts) {
        this.loop = loop;
        this.config = config;
        this.metrics = parts.metrics();
        this.node = parts.node();
        this.index = parts.index();
        this.tokens = parts.tokens();
        this.users = parts.users();
        this.search = new Search(loop, roster);
        this.attendance =
                new Attendance(parts.broker(), parts.presence(), config.bounds().crowd(), metrics);
        this.topics = new Topics(parts.interests(), index);
        this.fanOut = new FanOut(loop, topics, tally, metrics);
        this.pending = new PendingBound(parts.pending());
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
    public Subscriber join(Channel channel, StreamProtocol protocol, Principal who) {
        assert onLoop();
        int period = protocol.beat().seconds();
        int firstHeartbeat = now() + 1 + period / 2 + Math.floorMod(phase++, period); // spread, or all come at once
        Subscriber subscriber = new Subscriber(this, channel, protocol, who, serials++);
        subscriber.firstHeartbeat(firstHeartbeat);
        users.came(who);
        roster.add(subscriber);
        bySerial.put(subscriber.serial(), subscriber);
        counts.lazySet(protocol.kind().ordinal(), counts.get(protocol.kind().ordinal()) + 1);
        metrics.opened(protocol.kind());
        if (protocol.compressor() != null) {
            metrics.openedCompressed(protocol.compressor().kind());
        }
        return subscriber;
    }

    /** Why {@code who} cannot have one more connection with these wishes now; null if it can. */
    public @Nullable Refusal refusal(Principal who, List<Wish> wishes) {
        return users.hasRoomFor(who) ? refusal(wishes) : Refusal.PER_USER;
    }

    /** Why {@code wishes} cannot be granted now; null if they can. */
    @Nullable
    Refusal refusal(List<Wish> wishes) {
        return topics.refusal(wishes, config.bounds());
    }

    /** Whether the token of {@code who} was revoked, perhaps after it was looked at. */
    public boolean isRevoked(Principal who) {
        return tokens.revocations().isRevoked(who);
    }

    /** Subscribes to what is wished for; begins at once, or with what was missed since the position that is known. */
    public void subscribe(Subscriber subscriber, List<Wish> wishes) {
        assert onLoop();
        if (!subscriber.isOpen()) {
            return; // what it sent behind its request has ended it already
        }
        List<Subscription> added = new ArrayList<>(wishes.size());
        for (Wish wish : wishes) {
            if (subscriber.subscriptions().to(wish.name()) == null) {
                added.add(topics.add(subscriber, wish));
            }
        }
        subscriber.subscriptions(subscriber.subscriptions().with(added));
        for (Subscription each : added) {
            attendance.came(each, idOfClient(subscriber));
            if (each.topic.recovers()) {
                each.state = Subscription.State.READING; // all of them, before the first answer comes
            } else if (each.lost) {
                reader.tellLoss(each);
            }
        }
        added.stream().filter(each -> each.topic.recovers()).forEach(reader::read);
        if (!subscriber.subscriptions().anyReading()) {
            reader.tellPosition(subscriber);
        }
    }

    void leave(Subscriber subscriber) {
        assert onLoop();
        if (roster.remove(subscriber)) {
            bySerial.remove(subscriber.serial());
            int kind = subscriber.kind().ordinal();
            counts.lazySet(kind, counts.get(kind) - 1);
            if (subscriber.isLeaving()) {
                leaving.lazySet(leaving.get() - 1);
            }
            for (Subscription each : subscriber.subscriptions().all()) {
                end(each);
            }
            subscriber.subscriptions(Subscriptions.NONE);
            users.went(subscriber.who());
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
        Subscription pattern = subscriber.subscriptions().patternOf(name);
        if (pattern != null && found.state != Subscription.State.LIVE) {
            reader.tellLoss(pattern); // it brings the channel from now on, but not what this one had still to read
        }
        reader.readOn(subscriber); // others may have waited for this one
        return true;
    }

    /** Does {@code what} with the subscriber of that number, if it is still there. Any thread. */
    CompletableFuture<Boolean> with(long serial, Consumer<Subscriber> what) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        loop.execute(() -> {
            Subscriber subscriber = bySerial.get(serial);
            boolean there = subscriber != null && subscriber.isOpen();
            try {
                if (there) {
                    what.accept(subscriber);
                }
                done.complete(there);
            } catch (RuntimeException | Error broken) {
                done.completeExceptionally(broken);
            }
        });
        return done;
    }

    /** Closes the connections whose tokens are not good any more. Any thread. */
    void closeRevoked() {
        loop.execute(() -> search.askOnce(revoked));
    }

    /** Looks through all subscribers. Any thread. */
    void ask(Search.Question question) {
        loop.execute(() -> search.ask(question));
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

    /** What waited for the socket of {@code subscriber} has left: tells it what it missed, or reads that. */
    void drained(Subscriber subscriber, boolean owesPosition) {
        reader.guarded(subscriber, () -> {
            for (Subscription each : subscriber.subscriptions().all()) {
                if (each.lost) {
                    reader.tellLoss(each);
                }
            }
            if (owesPosition) {
                reader.tellPosition(subscriber);
            }
            reader.readOn(subscriber);
        });
    }

    /** The bytes that give the next event an id of {@code subscriber}'s own. */
    byte[] idLine(Subscriber subscriber) {
        subscriber.subscriptions().cursor(cursor);
        return Encoding.idLine(cursor.bytes(), cursor.length(), subscriber.protocol());
    }

    /** Where {@code subscriber} stands, as an SSE event id. */
    String idOf(Subscriber subscriber) {
        subscriber.subscriptions().cursor(cursor);
        return cursor.length() == 0 ? Cursor.NOWHERE : cursor.toString();
    }

    /** Where publications and answers of the engine come in. */
    FanOut fanOut() {
        return fanOut;
    }

    /**
     * Publications may have been lost: everybody reads again, within two seconds, because all at once would hold up the loop and the
     * engine. Two rounds of sweeps, because somebody may move in the roster between two of them. Any thread.
     */
    void interrupted() {
        loop.execute(() -> interruptedSweeps = 2 * SWEEPS_PER_SECOND);
    }

    /** {@code to} hears a publication at {@code position} of a stream that counts anew. */
    void renumbered(Subscription to, StreamPosition position) {
        if (!to.topic.recovers()) {
            to.reached(new StreamPosition(position.offset() - 1, position.epoch()));
            reader.tellLoss(to);
        } else if (to.state == Subscription.State.LIVE) {
            reader.read(to);
        }
    }

    /** Says goodbye to at most {@code most} subscribers that were not told yet. Any thread. */
    void sayGoodbye(int most) {
        loop.execute(() -> {
            int[] left = {most};
            roster.walk(fanOut.first(roster.size()), subscriber -> {
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

    /** When the token of {@code who} expires, in seconds as {@link #now}. */
    int secondOfExpiry(Principal who) {
        if (who.expiresAtSeconds() == Principal.NEVER) {
            return Integer.MAX_VALUE;
        }
        long left = who.expiresAtSeconds() - TimeUnit.MILLISECONDS.toSeconds(System.currentTimeMillis());
        return (int) Math.min(Integer.MAX_VALUE, Math.max(0, now() + left));
    }

    /** From telling a client that its token has expired until its connection ends. */
    int graceSeconds() {
        return (int) tokens.expiryGrace().toSeconds();
    }

    HubConfig config() {
        return config;
    }

    Tally tally() {
        return tally;
    }

    private void sweep() {
        metrics.loopLag(Duration.ofNanos(Math.max(0, System.nanoTime() - sweepDue)));
        sweepDue += SWEEP_NANOS;
        int now = now();
        roster.walkPart(sweeps, SWEEPS_PER_SECOND, subscriber -> {
            try {
                subscriber.sweep(now);
                if (interruptedSweeps > 0 && subscriber.isOpen()) {
                    subscriber.subscriptions().all().forEach(reader::readAgain);
                }
            } catch (RuntimeException | OutOfMemoryError broken) { // nor the end of this loop's sweeps
                subscriber.failed(broken);
            }
            int waiting = subscriber.waitingBytes();
            if (pending.isTooMuch(waiting)) {
                subscriber.close(CloseReason.PENDING_TOTAL);
            }
            bytesSeen += waiting;
            messagesSeen += subscriber.waitingMessages();
            streamsSeen += waiting > 0 ? 1 : 0;
        });
        tally.moveTo(metrics);
        interruptedSweeps = Math.max(0, interruptedSweeps - 1);
        if (++sweeps == SWEEPS_PER_SECOND) {
            sweeps = 0;
            pending.swept();
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
