package dev.fanfare.gateway.hub;

import dev.fanfare.gateway.log.CalmLog;
import dev.fanfare.gateway.metrics.GatewayMetrics;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Takes what comes to the {@link Inbox} of one event loop, one after the other, and brings publications to their subscribers. Event
 * loop; {@link #post} and the figures of what waits: any thread.
 *
 * <p>A loop that is still busy when the next publication of a channel comes that keeps only its newest skips the older one,
 * so that an overloaded loop sends fewer ticks to everybody instead of later and later ones.
 */
final class FanOut {
    private static final CalmLog log = new CalmLog(LoggerFactory.getLogger(FanOut.class));

    /** Connections served before the loop looks after reads and accepts again: about 8 ms. */
    private static final int SLICE = 1024;

    /** Where a pass begins moves on by this share of the roster, so that nobody is always last. */
    private static final double GOLDEN_SECTION = (Math.sqrt(5) - 1) / 2;

    private final EventLoop loop;
    private final Topics topics;
    private final Tally tally;
    private final GatewayMetrics metrics;
    private final Inbox inbox;
    private double turn;
    private @Nullable Pass pass;

    FanOut(EventLoop loop, Topics topics, Tally tally, GatewayMetrics metrics) {
        this.loop = loop;
        this.topics = topics;
        this.tally = tally;
        this.metrics = metrics;
        this.inbox = new Inbox(loop, this::work);
    }

    /** Hands over one publication, or an answer of the engine. Any thread. */
    void post(Inbox.Item item) {
        inbox.add(item);
    }

    /** What waits. Any thread. */
    Inbox inbox() {
        return inbox;
    }

    /** Whether a publication is on its way over its subscribers. */
    boolean isDelivering() {
        return pass != null;
    }

    /**
     * Delivers what waits, a slice at a time, so that reads and accepts do not wait for the end of a large fan-out, nor of a
     * long queue.
     */
    private void work() {
        boolean finished = false;
        try {
            finished = deliverSlice();
        } catch (RuntimeException
                | Error broken) { // the end of one publication must not be the end of this loop's work
            log.say(to -> to.error("a publication could not be delivered on {}", loop, broken));
            Pass given = pass;
            pass = null;
            if (given != null) {
                given.delivery.end();
            }
        }
        tally.moveTo(metrics);
        if (finished) {
            inbox.rest();
        } else {
            // Not execute(): the loop would run it at once. What is due now runs after the next look at the sockets.
            loop.schedule(this::work, 0, TimeUnit.NANOSECONDS);
        }
    }

    /** False if there is more to do. */
    private boolean deliverSlice() {
        int left = SLICE;
        while (left > 0) {
            Pass under = pass;
            if (under != null) {
                left -= under.visit(left);
                continue;
            }
            Inbox.Item next = inbox.take();
            if (next == null) {
                return true;
            }
            left -= next.begin(this);
        }
        return false;
    }

    /** The next publication; it is on its way until {@link #isDelivering} says otherwise. */
    void begin(Delivery delivery) {
        if (delivery.isSuperseded()) {
            delivery.skipped();
            return;
        }
        boolean begun = false;
        try {
            List<Topic> concerned = topics.concernedBy(delivery.publication().channel());
            if (!concerned.isEmpty()) {
                turn = (turn + GOLDEN_SECTION) % 1;
                pass = new Pass(delivery, concerned);
                begun = true;
            }
        } finally {
            if (!begun) {
                delivery.end();
            }
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

    /** Where the next walk over {@code size} members begins. */
    int first(int size) {
        return (int) (turn * size);
    }
}
