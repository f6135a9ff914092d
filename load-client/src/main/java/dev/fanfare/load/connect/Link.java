package dev.fanfare.load.connect;

import dev.fanfare.load.stats.Counter;
import dev.fanfare.load.wire.ProtocolViolation;
import org.jspecify.annotations.Nullable;

/**
 * One try of a subscriber to be connected, and the stream that comes of it: a TCP connection of its own, or a stream of HTTP/2. It
 * is pending, then open or failed, then over; each is told to the loop once. Its event loop only.
 */
abstract class Link {
    private final ClientLoop loop;
    private final Subscriber subscriber;
    private final long startedNanos;
    private @Nullable Conversation conversation;
    private boolean over;

    Link(ClientLoop loop, Subscriber subscriber, long startedNanos) {
        this.loop = loop;
        this.subscriber = subscriber;
        this.startedNanos = startedNanos;
    }

    final ClientLoop loop() {
        return loop;
    }

    final Subscriber subscriber() {
        return subscriber;
    }

    final long startedNanos() {
        return startedNanos;
    }

    /** What follows the response head; null before it. */
    final @Nullable Conversation conversation() {
        return conversation;
    }

    final boolean isOver() {
        return over;
    }

    /** The response head is there and as it should be. */
    final void open(Conversation opened) {
        conversation = opened;
        if (subscriber.member().slow()) {
            read(!loop.holding());
        }
        loop.opened(this);
    }

    /** The try did not get as far as an open stream. */
    final void failed(String reason) {
        if (!over) {
            over = true;
            loop.failed(this, reason);
            abandon();
        }
    }

    /** The stream is over, as both sides know. */
    final void ended(String reason) {
        if (over) {
            return;
        }
        over = true;
        closed();
        loop.ended(this, reason);
        linger();
    }

    /** It is over without a word, whether it was open yet or not. */
    final void lost(String reason) {
        if (conversation == null) {
            failed(reason);
        } else {
            ended(reason);
        }
    }

    /** The server broke a rule of the protocol. */
    final void violated(ProtocolViolation violation) {
        if (over) {
            return;
        }
        if (conversation == null) {
            failed(violation.reason());
            return;
        }
        loop.stats().group(subscriber.member().slow()).add(Counter.PROTOCOL_ERRORS, 1);
        byte[] farewell = conversation.farewell(violation.closeCode());
        ended("protocol error: " + violation.reason());
        quit(farewell);
    }

    /** Cuts an open stream as a network does: without a word, and with a reset if {@code reset}. What came and was not read is gone. */
    final void drop(boolean reset) {
        if (over || conversation == null) {
            return;
        }
        over = true;
        closed();
        loop.dropped(this);
        cut(reset);
    }

    /** The run is over: say so and close. Counts nothing. */
    final void stop() {
        over = true;
        if (conversation == null) {
            abandon();
        } else {
            finish(conversation.farewell(1000));
        }
    }

    private void closed() {
        if (conversation != null) {
            subscriber.closed(conversation.lastEventId());
        }
    }

    /** Reads on, or stops reading. */
    abstract void read(boolean on);

    /** Gives up a try. */
    abstract void abandon();

    /** The server may now take its leave. */
    abstract void linger();

    /** Takes leave because the server broke a rule; {@code farewell} is to be sent before. */
    abstract void quit(byte[] farewell);

    /** Takes leave because the run is over. */
    abstract void finish(byte[] farewell);

    /** Cuts the connection. */
    abstract void cut(boolean reset);
}
