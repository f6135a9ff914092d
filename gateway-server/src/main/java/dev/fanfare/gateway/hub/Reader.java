package dev.fanfare.gateway.hub;

import dev.fanfare.gateway.channel.Publication;
import dev.fanfare.gateway.channel.StreamPosition;
import dev.fanfare.gateway.engine.Broker;
import dev.fanfare.gateway.engine.EngineException;
import dev.fanfare.gateway.log.CalmLog;
import dev.fanfare.gateway.metrics.StreamKind;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

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
    private static final CalmLog log = new CalmLog(LoggerFactory.getLogger(Reader.class));

    /** Publications read at a time: what a client that fell far behind makes the gateway hold. */
    private static final int PAGE = 256;

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

    /** What the engine said. */
    private final class Answer implements Inbox.Item {
        private final Subscription to;
        private final @Nullable StreamPosition since;
        private final Broker.@Nullable History history;
        private final @Nullable Throwable failure;

        /** Either {@code history} or {@code failure} is given. */
        Answer(
                Subscription to,
                @Nullable StreamPosition since,
                Broker.@Nullable History history,
                @Nullable Throwable failure) {
            this.to = to;
            this.since = since;
            this.history = history;
            this.failure = failure;
        }

        @Override
        public int bytes() {
            return 0; // the engine holds it as well
        }

        @Override
        public int begin(FanOut fanOut) {
            guarded(to.owner, () -> {
                if (!to.isSeated() || to.state != Subscription.State.READING) {
                    readOn(to.owner); // it was ended meanwhile, but others may have waited for it
                } else if (history == null) {
                    failed(to, failure);
                } else {
                    arrived(to, since, history);
                }
            });
            return history == null ? 1 : 1 + history.publications().size();
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
        StreamPosition since = to.position();
        int limit = since == null && !to.topic.rules.conflate() ? 0 : PAGE;
        broker.read(
                to.topic.name,
                to.topic.rules,
                since,
                limit,
                (history, failure) -> shard.fanOut().post(new Answer(to, since, history, failure)));
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

    /** Says that publications nobody keeps were missed; at once, or when the socket has drained. */
    void tellLoss(Subscription to) {
        to.lost = to.owner.isSlow();
        if (!to.lost && to.owner.isOpen()) {
            shard.tally().gap();
            send(to.owner, Encoding.loss(to.topic.name, to.owner.protocol()));
        }
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

    /** What fails must not leave somebody waiting for ever: then the connection ends, and the client comes back. */
    void guarded(Subscriber owner, Runnable work) {
        if (owner.isOpen()) {
            try {
                work.run();
            } catch (RuntimeException | OutOfMemoryError broken) {
                owner.failed(broken);
            }
        }
    }

    /** A busy engine is asked again: the position is known, so nothing is lost by waiting. Anything else ends the connection. */
    private void failed(Subscription to, @Nullable Throwable failure) {
        if (failure instanceof EngineException refused && refused.reason() == EngineException.Reason.BUSY) {
            shard.tally().retried();
            long wait = RETRY_MILLIS + ThreadLocalRandom.current().nextLong(RETRY_MILLIS);
            loop.schedule(() -> guarded(to.owner, () -> retry(to)), wait, TimeUnit.MILLISECONDS);
            return;
        }
        if (!(failure instanceof EngineException)) { // which says that it has ended
            log.say(at -> at.error("the history of {} could not be read", to.topic.name, failure));
        }
        to.owner.failed(failure == null ? new IllegalStateException("the engine gave no answer") : failure);
    }

    private void arrived(Subscription to, @Nullable StreamPosition since, Broker.History history) {
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

    private void retry(Subscription to) {
        if (to.isSeated()) {
            read(to);
        } else {
            readOn(to.owner);
        }
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
                    int length = full.readableBytes();
                    if (!to.owner.send(full)) {
                        return false;
                    }
                    delivered(to.owner, count, length, since != null);
                    count = 0;
                    if (to.owner.isSlow()
                            && publication.offset() < history.top().offset()) {
                        to.state = Subscription.State.BEHIND;
                        return false;
                    }
                }
            }
            int length = gathered.readableBytes();
            if (length > 0 && to.owner.send(gathered.retain())) {
                delivered(to.owner, count, length, since != null);
            }
        } finally {
            gathered.release();
        }
        return to.owner.isOpen();
    }

    private void delivered(Subscriber to, int count, int length, boolean missedBefore) {
        shard.tally().delivered(to.kind(), count, length);
        if (missedBefore) {
            shard.tally().replayed(count);
        }
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
            tellPosition(to);
        }
        readOn(to.owner);
    }

    /** A client that has not got anything yet must know where it stands, or it could not come back. */
    private void tellPosition(Subscription to) {
        StreamPosition at = to.position();
        StreamProtocol protocol = to.owner.protocol();
        if (protocol.kind() == StreamKind.WEBSOCKET && protocol.envelope() && at != null) {
            send(to.owner, Encoding.position(to.topic.name, at));
        }
        tellPosition(to.owner);
    }

    /** The same for all channels of an SSE client. */
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
