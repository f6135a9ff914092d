package dev.fanfare.gateway.hub;

import dev.fanfare.gateway.channel.Publication;
import dev.fanfare.gateway.channel.StreamPosition;
import dev.fanfare.gateway.engine.Broker;
import dev.fanfare.gateway.metrics.StreamKind;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Brings subscriptions that are not live up to the stream: asks the engine for what its channel retains, sends it, and makes
 * the subscription live when nothing is missing any more. New subscribers, those that come back, and those whose socket was
 * full all take this way. Owned by the shard's event loop.
 *
 * <p>What is published while the answer is under way either stands in the answer or has passed the subscription as a higher
 * offset; in that case it reads once more. So there is no gap between history and live, whatever order the two arrive in.
 */
final class Reader {
    /** Publications read at a time: what a client that fell far behind makes the gateway hold. */
    private static final int PAGE = 256;
    /** Bytes gathered for one write. */
    private static final int GATHERED = 16 * 1024;

    private static final long RETRY_MILLIS = 200;

    private final Shard shard;
    private final EventLoop loop;
    private final Broker broker;

    Reader(Shard shard, EventLoop loop, Broker broker) {
        this.shard = shard;
        this.loop = loop;
        this.broker = broker;
    }

    /** Begins to read what {@code to} has not; nothing live is given to it until that is done. */
    void read(Subscription to) {
        to.state = Subscription.State.READING;
        StreamPosition since = to.position();
        int limit = since == null && !to.topic.rules.conflate() ? 0 : PAGE;
        broker.history(to.topic.name, to.topic.rules, since, limit)
                .whenComplete((history, failure) -> loop.execute(() -> arrived(to, since, history, failure)));
    }

    /** Publications may be missing: reads if the channel retains any, else says that there is a gap. */
    void readAgain(Subscription to) {
        if (to.topic.recovers()) {
            if (to.state == Subscription.State.LIVE) {
                read(to);
            }
        } else if (!to.owner.isSlow()) {
            shard.tally().gap();
            send(to.owner, Encoding.loss(to.topic.name, to.owner.protocol()));
        }
    }

    private void arrived(
            Subscription to,
            @Nullable StreamPosition since,
            Broker.@Nullable History history,
            @Nullable Throwable failure) {
        if (!to.isSeated() || !to.owner.isOpen() || to.state != Subscription.State.READING) {
            return; // gone meanwhile
        }
        if (history == null
                || failure != null) { // the engine is busy; the position is known, so nothing is lost by waiting
            loop.schedule(() -> retry(to), RETRY_MILLIS, TimeUnit.MILLISECONDS);
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

    private void retry(Subscription to) {
        if (to.isSeated() && to.owner.isOpen()) {
            read(to);
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
        if (history.hasMore()) {
            read(to); // the next page
            return;
        }
        boolean first = to.epoch.isEmpty();
        to.reached(history.top());
        if (to.passed > to.last) {
            read(to);
            return;
        }
        to.state = Subscription.State.LIVE;
        if (first || history.publications().isEmpty()) {
            tellPosition(to.owner);
        }
    }

    /** An SSE client that has not got any event yet must know where it stands, or it could not come back. */
    private void tellPosition(Subscriber owner) {
        if (owner.kind() == StreamKind.SSE
                && !owner.isSlow()
                && !owner.subscriptions().anyReading()) {
            String id = shard.idOf(owner);
            if (id != null) {
                send(owner, Encoding.position(id, owner.protocol()));
            }
        }
    }

    private @Nullable String idFor(Subscriber owner) {
        return owner.kind() == StreamKind.SSE ? shard.idOf(owner) : null;
    }

    private static void send(Subscriber owner, byte[] bytes) {
        owner.send(owner.channel().alloc().directBuffer(bytes.length).writeBytes(bytes));
    }
}
