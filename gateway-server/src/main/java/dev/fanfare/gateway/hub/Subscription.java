package dev.fanfare.gateway.hub;

import dev.fanfare.gateway.channel.StreamPosition;
import org.jspecify.annotations.Nullable;

/** One subscriber's place in one channel. Owned by the shard's event loop. */
final class Subscription extends Roster.Seat {
    enum State {
        /** Takes publications as they come. */
        LIVE,
        /** Waits for what the engine retains; what comes live meanwhile is in it, or will be read after it. */
        READING,
        /** Missed something while its socket was full; reads when that has drained. */
        BEHIND
    }

    final Subscriber owner;
    final Topic topic;
    State state = State.LIVE;
    /** The newest publication it has, in {@link #epoch}. */
    long last;
    /** Empty while its position is not known. */
    String epoch = "";
    /** Whether something was dropped that nobody keeps. */
    boolean lost;
    /** Whether the engine lost the link to others since it was last asked. */
    boolean mustReadAgain;

    /** The newest publication that passed since it began to read. */
    long passed;

    Subscription(Subscriber owner, Topic topic, @Nullable StreamPosition from) {
        this.owner = owner;
        this.topic = topic;
        if (from != null && topic.recovers()) {
            last = from.offset();
            epoch = from.epoch();
        } else {
            lost = from != null; // it was away, and nothing was kept for it
        }
    }

    @Nullable
    StreamPosition position() {
        return epoch.isEmpty() ? null : new StreamPosition(last, epoch);
    }

    void reached(StreamPosition position) {
        last = position.offset();
        epoch = position.epoch();
    }

    /** Whether a live publication is the next one for this subscriber; what passes it otherwise is remembered. */
    boolean takes(long offset) {
        if (state != State.LIVE) {
            passed = Math.max(passed, offset);
            return false;
        }
        return topic.pattern != null || offset > last;
    }

    /** Whether there must be publications between the last one and this. */
    boolean lacksBefore(long offset) {
        return topic.catchesUp() && !topic.rules.conflate() && offset != last + 1;
    }

    /** Whether {@code position} counts anew: then nobody knows what stands between it and the last one. */
    boolean isOfAnotherEpoch(StreamPosition position) {
        return topic.pattern == null && !epoch.isEmpty() && !epoch.equals(position.epoch());
    }
}
