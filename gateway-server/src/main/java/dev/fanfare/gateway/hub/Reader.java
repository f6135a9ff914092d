package dev.fanfare.gateway.hub;

import dev.fanfare.gateway.channel.ChannelPattern;
import dev.fanfare.gateway.channel.Publication;
import dev.fanfare.gateway.channel.StreamPosition;
import dev.fanfare.gateway.engine.Broker;
import dev.fanfare.gateway.metrics.StreamKind;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Brings subscriptions that are not live up to the stream: asks the engine for what its channel retains, sends it, and makes
 * the subscription live when nothing is missing any more. New subscribers, those that come back, and those whose socket was
 * full all take this way. Owned by the shard's event loop.
 *
 * <p>Answers come through the same {@link Inbox} as publications. An engine that makes both on one thread therefore leaves no room
 * between them: what was published before the answer has passed, and stands in it; what comes after it is live. Where an engine cannot
 * promise that, a publication that passed as a higher offset makes the subscription read once more.
 */
final class Reader {
    /** Publications read at a time: what a client that fell far behind makes the gateway hold. */
    private static final int PAGE = 256;

    /** Newest values a new subscriber of a pattern gets; if there are more it is told a gap. */
    private static final int MOST_VALUES = 1_000;

    /** Bytes gathered for one write. */
    private static final int GATHERED = 16 * 1024;

    /** A busy engine is asked again after this long, and up to as much more: those it refused together do not come back together. */
    private static final long RETRY_MILLIS = 200;

    private final Shard shard;
    private final EventLoop loop;
    private final Broker broker;

    Reader(Shard shard, EventLoop loop, Broker broker) {
        this.shard = shard;
        this.loop = loop;
        this.broker = broker;
    }

    /** What the engine said to one that reads. */
    private static final class Answer implements Inbox.Item {
        private final Subscription to;
        private final int size;
        private final Runnable arrival;

        /**
         * @param size publications
         * @param arrival what to do with them if {@code to} still waits for them
         */
        Answer(Subscription to, int size, Runnable arrival) {
            this.to = to;
            this.size = size;
            this.arrival = arrival;
        }

        @Override
        public int bytes() {
            return 0; // the engine holds it as well
        }

        @Override
        public int begin(FanOut fanOut) {
            try {
                if (to.isSeated()
                        && to.owner.isOpen()
                        && to.state == Subscription.State.READING) { // else gone meanwhile
                    arrival.run();
                }
            } catch (RuntimeException | OutOfMemoryError broken) { // else it would wait for ever
                to.owner.failed(broken);
            }
            return 1 + size;
        }

        @Override
        public void lost() {
            // its connections have ended with the loop
        }
    }

    /** Begins to read what {@code to} has not; nothing live is given to it until that is done. */
    void read(Subscription to) {
        to.state = Subscription.State.READING;
        to.mustReadAgain = false;
        to.passed = 0; // what has passed can be read
        ChannelPattern pattern = to.topic.pattern;
        if (pattern != null) {
            broker.newest(pattern, MOST_VALUES).whenComplete((newest, failure) -> {
                int size = newest == null ? 0 : newest.publications().size();
                shard.fanOut().post(new Answer(to, size, () -> valuesArrived(to, newest)));
            });
            return;
        }
        StreamPosition since = to.position();
        int limit = since == null && !to.topic.rules.conflate() ? 0 : PAGE;
        broker.history(to.topic.name, to.topic.rules, since, limit).whenComplete((history, failure) -> {
            int size = history == null ? 0 : history.publications().size();
            shard.fanOut().post(new Answer(to, size, () -> arrived(to, since, history)));
        });
    }

    /** Publications may be missing: reads if the channel retains any, else says that there is a gap. */
    void readAgain(Subscription to) {
        if (!to.topic.recovers()) {
            tellLoss(to);
        } else if (to.state == Subscription.State.LIVE) {
            read(to);
        } else {
            to.mustReadAgain = true; // what is under way may have been read before
        }
    }

    /** Says that publications nobody keeps were missed; at once, or when the socket has drained. What has a value is read again. */
    void tellLoss(Subscription to) {
        to.lost = to.owner.isSlow();
        if (!to.lost) {
            tellGap(to);
            if (to.topic.hasValues()) {
                read(to);
            }
        }
    }

    /** Says that publications nobody keeps were missed. */
    void tellGap(Subscription to) {
        shard.tally().gap();
        send(to.owner, Encoding.loss(to.topic.name, to.owner.protocol()));
    }

    /**
     * The socket of {@code owner} has room: lets one of the subscriptions that fell behind read. The next one follows when that is
     * live; all at once would be refused by the socket but for the first. Which one differs, so that a busy one does not
     * keep the others waiting.
     */
    void readOn(Subscriber owner) {
        if (owner.isSlow() || !owner.isOpen()) {
            return;
        }
        Subscription behind = owner.subscriptions().behind(ThreadLocalRandom.current());
        if (behind != null) {
            read(behind);
        }
    }

    private void arrived(Subscription to, @Nullable StreamPosition since, Broker.@Nullable History history) {
        if (history == null) { // the position is known, so nothing is lost by waiting
            readLater(to);
            return;
        }
        if (to.owner.isSlow() && !history.publications().isEmpty()) {
            to.state = Subscription.State.BEHIND; // reads again when the socket has drained
            return;
        }
        if (!history.complete()) {
            tellGap(to, since, history);
        }
        if (replay(to, since, history)) {
            caughtUp(to, history);
        }
    }

    /** The engine is busy. */
    private void readLater(Subscription to) {
        long wait = RETRY_MILLIS + ThreadLocalRandom.current().nextLong(RETRY_MILLIS);
        loop.schedule(
                () -> {
                    if (to.isSeated() && to.owner.isOpen()) {
                        read(to);
                    }
                },
                wait,
                TimeUnit.MILLISECONDS);
    }

    /** The newest values of the channels of a pattern; a socket that is full gets them when it has drained. */
    private void valuesArrived(Subscription to, Broker.@Nullable Newest newest) {
        if (newest == null) {
            readLater(to);
            return;
        }
        if (to.owner.isSlow()) {
            to.state = Subscription.State.BEHIND;
            return;
        }
        List<Publication> first = newest.publications().stream()
                .filter(publication -> to.owner.subscriptions().bringsFirst(to, publication.channel()))
                .toList();
        if (!newest.complete()) {
            tellGap(to);
        }
        if (first.isEmpty() || sendValues(to, first)) {
            to.state = Subscription.State.LIVE;
            tellPosition(to.owner);
            readOn(to.owner);
        }
    }

    private boolean sendValues(Subscription to, List<Publication> values) {
        ByteBuf gathered = to.owner.channel().alloc().directBuffer(1024);
        try {
            for (Publication publication : values) {
                gathered.writeBytes(Encoding.of(publication, to.owner.protocol(), null));
            }
        } catch (RuntimeException | OutOfMemoryError broken) {
            gathered.release();
            throw broken;
        }
        shard.tally().delivered(to.owner.kind(), values.size(), gathered.readableBytes());
        return to.owner.send(gathered);
    }

    private void tellGap(Subscription to, @Nullable StreamPosition since, Broker.History history) {
        // From here on the client stands right before what is left of the history.
        long before = history.publications().isEmpty()
                ? history.top().offset()
                : history.publications().get(0).offset() - 1;
        StreamPosition now = new StreamPosition(before, history.top().epoch());
        to.reached(now);
        shard.tally().gap();
        send(to.owner, Encoding.gap(to.topic.name, since, now, to.owner.protocol(), idFor(to.owner)));
    }

    /** Sends what was read; false if the socket was full before its end. */
    private boolean replay(Subscription to, @Nullable StreamPosition since, Broker.History history) {
        ByteBuf gathered = to.owner.channel().alloc().directBuffer(1024);
        int count = 0;
        try {
            for (Publication publication : history.publications()) {
                to.reached(publication.position());
                gathered.writeBytes(Encoding.of(publication, to.owner.protocol(), idFor(to.owner)));
                count++;
                if (gathered.readableBytes() >= GATHERED) {
                    ByteBuf full = gathered;
                    gathered = to.owner.channel().alloc().directBuffer(1024);
                    shard.tally().delivered(to.owner.kind(), count, full.readableBytes());
                    count = 0;
                    if (!to.owner.send(full)) {
                        return false;
                    }
                    if (to.owner.isSlow()
                            && publication.offset() < history.top().offset()) {
                        to.state = Subscription.State.BEHIND;
                        return false;
                    }
                }
            }
            if (gathered.isReadable()) {
                shard.tally().delivered(to.owner.kind(), count, gathered.readableBytes());
                to.owner.send(gathered.retain());
            }
        } finally {
            gathered.release();
        }
        if (since != null) {
            shard.tally().replayed(history.publications().size());
        }
        return to.owner.isOpen();
    }

    private void caughtUp(Subscription to, Broker.History history) {
        boolean first = to.epoch.isEmpty();
        if (!history.hasMore()) {
            to.reached(history.top());
        }
        if (history.hasMore() || to.mustReadAgain || to.passed > to.last) {
            read(to);
            return;
        }
        to.state = Subscription.State.LIVE;
        if (first || history.publications().isEmpty()) {
            tellPosition(to.owner);
        }
        readOn(to.owner);
    }

    /** An SSE client that has not got any event yet must know where it stands, or it could not come back. */
    void tellPosition(Subscriber owner) {
        if (owner.kind() == StreamKind.SSE
                && !owner.tellPositionLater()
                && !owner.subscriptions().anyReading()) {
            send(owner, Encoding.position(shard.idOf(owner), owner.protocol()));
        }
    }

    private @Nullable String idFor(Subscriber owner) {
        return owner.kind() == StreamKind.SSE ? shard.idOf(owner) : null;
    }

    private static void send(Subscriber owner, byte[] bytes) {
        owner.send(owner.channel().alloc().directBuffer(bytes.length).writeBytes(bytes));
    }
}
