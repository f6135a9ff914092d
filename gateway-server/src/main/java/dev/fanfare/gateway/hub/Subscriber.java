package dev.fanfare.gateway.hub;

import dev.fanfare.gateway.auth.Principal;
import dev.fanfare.gateway.channel.Publication;
import dev.fanfare.gateway.channel.SlowConsumerPolicy;
import dev.fanfare.gateway.metrics.CloseReason;
import dev.fanfare.gateway.metrics.StreamKind;
import dev.fanfare.gateway.wire.SharedFrame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * One connection that receives messages. There are 100,000 of these: every field counts, and what only a slow connection
 * needs stands in its {@link Backlog}. Owned by the connection's event loop.
 */
public final class Subscriber extends Roster.Seat {
    private static final byte[] NOTHING = {};

    private enum State {
        OPEN,
        /** A heartbeat was sent and not yet answered. */
        ASKED,
        /** Goodbye was said; waiting for the client's answer or for the bytes to leave. */
        LEAVING
    }

    private final Shard shard;
    private final Channel channel;
    private final StreamProtocol protocol;
    private final Principal who;
    private State state = State.OPEN;
    private @Nullable CloseReason reason;
    private @Nullable Backlog backlog;
    private Subscriptions subscriptions = Subscriptions.NONE;
    private final long serial;
    /** When the sweep must do something next, in the shard's seconds. */
    private int due;
    /** When the token expires or, once the client was told so ({@link #reason}), when the connection ends; in the shard's seconds. */
    private int expires;

    Subscriber(Shard shard, Channel channel, StreamProtocol protocol, Principal who, long serial) {
        this.shard = shard;
        this.channel = channel;
        this.protocol = protocol;
        this.who = who;
        this.serial = serial;
        this.expires = shard.secondOfExpiry(who);
    }

    void firstHeartbeat(int second) {
        due = second;
    }

    /** Whose connection it is. */
    Principal who() {
        return who;
    }

    boolean isLeaving() {
        return state == State.LEAVING;
    }

    public StreamKind kind() {
        return protocol.kind();
    }

    /** Why this stream was closed; {@link CloseReason#CLIENT} when nobody here closed it. */
    CloseReason reason() {
        return reason == null ? CloseReason.CLIENT : reason;
    }

    /** The client sent something, so it is alive. */
    public void heard() {
        assert shard.onLoop();
        if (state == State.ASKED) {
            state = State.OPEN;
            due += protocol.beat().seconds() - shard.config().pongSeconds();
        }
    }

    /** The connection is gone: leaves the shard and lets go of what it holds. */
    public void gone() {
        assert shard.onLoop();
        shard.leave(this);
        state = State.LEAVING; // so that nothing later counts it as about to leave
    }

    /** Closes the connection; the first reason given is the one that is counted. */
    public void close(CloseReason why) {
        leaving(why);
        channel.close();
    }

    /** Closes the connection because reading or writing failed. */
    public void failed(Throwable cause) {
        close(Failure.reason(cause));
    }

    /** Sends {@code lastBytes} (a close frame) and closes when they have left; without them if goodbye was said before. */
    public void close(CloseReason why, byte[] lastBytes) {
        if (state == State.LEAVING) {
            channel.close();
            return;
        }
        leaving(why);
        channel.writeAndFlush(Unpooled.wrappedBuffer(lastBytes)).addListener(ChannelFutureListener.CLOSE);
    }

    /**
     * Sends {@code lastBytes} and closes our half; the client has the close timeout to close its own. Closing both with
     * bytes of the client unread would reset the connection, and the client might never see the last bytes.
     */
    public void refuse(CloseReason why, byte[] lastBytes) {
        if (state == State.LEAVING) {
            channel.close();
            return;
        }
        leaving(why);
        channel.writeAndFlush(Unpooled.wrappedBuffer(lastBytes)).addListener(sent -> {
            if (sent.isSuccess()) {
                HalfClose.of(channel);
            } else {
                channel.close();
            }
        });
    }

    /** Sends one publication, or does what its place in the stream and the policy for slow connections say. */
    void offer(Subscription to, Delivery delivery, Tally tally) {
        Publication publication = delivery.publication();
        if (state == State.LEAVING) {
            return;
        }
        if (!publication.isMessage()) { // who comes and goes is nobody's history
            if (to.state == Subscription.State.LIVE && backlog == null) {
                send(delivery.frame(protocol, false));
            }
            return;
        }
        if (to.isOfAnotherEpoch(publication.position())) {
            shard.renumbered(to, publication.position());
        }
        if (!to.takes(publication.offset())) {
            if (to.state == Subscription.State.BEHIND && to.topic.rules.conflate()) {
                tally.conflated();
            }
            return;
        }
        if (to.lacksBefore(publication.offset())) {
            shard.read(to);
        } else if (backlog != null) {
            offerSlow(backlog, to, delivery, tally);
        } else {
            deliver(to, delivery, tally);
        }
    }

    private void deliver(Subscription to, Delivery delivery, Tally tally) {
        to.reached(delivery.publication().position());
        boolean identified = protocol.kind() == StreamKind.SSE && to.topic.recovers();
        int length;
        boolean sent;
        if (identified && subscriptions.ownIds()) {
            SharedFrame event = delivery.frame(protocol, false);
            byte[] id = shard.idLine(this);
            length = id.length + event.length();
            ByteBuf both = channel.alloc().directBuffer(length).writeBytes(id);
            event.copyTo(both);
            sent = send(both);
        } else {
            SharedFrame frame = delivery.frame(protocol, identified);
            length = frame.length();
            sent = send(frame);
        }
        if (sent) {
            tally.delivered(protocol.kind(), length);
        }
    }

    private boolean send(SharedFrame frame) {
        try {
            await(protocol.writer().write(channel, frame), frame.length());
            return true;
        } catch (IOException
                | RuntimeException
                | OutOfMemoryError broken) { // whatever it is, it is this one's end and not the pass's
            failed(broken);
            return false;
        }
    }

    /** Sends bytes that are for this connection alone; takes over the reference. */
    boolean send(ByteBuf bytes) {
        int length = bytes.readableBytes();
        try {
            await(protocol.writer().write(channel, bytes), length);
            return true;
        } catch (IOException | RuntimeException | OutOfMemoryError broken) {
            failed(broken);
            return false;
        }
    }

    private void await(@Nullable ChannelFuture rest, int length) {
        if (rest != null) {
            Backlog waiting = backlog == null ? new Backlog(this, channel, shard.now()) : backlog;
            backlog = waiting;
            waiting.await(rest, length);
        }
    }

    /** The slow-consumer policy. */
    private void offerSlow(Backlog waiting, Subscription to, Delivery delivery, Tally tally) {
        if (waiting.firstMiss()) {
            tally.slowEpisode();
        }
        if (to.topic.catchesUp()) {
            to.state = Subscription.State.BEHIND;
            return;
        }
        boolean identified = protocol.kind() == StreamKind.SSE && to.topic.recovers() && !subscriptions.ownIds();
        SharedFrame frame = delivery.frame(protocol, identified);
        byte[] loss = to.lost ? Encoding.loss(to.topic.name, protocol) : NOTHING;
        if (waiting.fits(loss.length + frame.length(), shard.config().maxPending())) {
            if (to.lost) { // where something is missing, and not after what follows it
                to.lost = false;
                tally.gap();
                waiting.queue(loss);
            }
            to.reached(delivery.publication().position());
            waiting.queue(frame);
            tally.delivered(protocol.kind(), frame.length());
        } else {
            tally.dropped();
            to.lost = true;
            if (delivery.rules().slowConsumer() == SlowConsumerPolicy.DISCONNECT) {
                close(CloseReason.SLOW);
            }
        }
    }

    /** Everything that waited has left: reads what was missed meanwhile. */
    void drained() {
        boolean owesPosition = backlog != null && backlog.owesPosition;
        backlog = null;
        shard.drained(this, owesPosition);
    }

    /** Whether its socket is full; then it will be told where it stands when that has drained. */
    boolean tellPositionLater() {
        if (backlog != null) {
            backlog.owesPosition = true;
        }
        return backlog != null;
    }

    /** Whether bytes wait for the socket. */
    boolean isSlow() {
        return backlog != null;
    }

    boolean isOpen() {
        return state != State.LEAVING;
    }

    Subscriptions subscriptions() {
        return subscriptions;
    }

    void subscriptions(Subscriptions changed) {
        subscriptions = changed;
    }

    /** What it speaks. */
    public StreamProtocol protocol() {
        return protocol;
    }

    Channel channel() {
        return channel;
    }

    /** Identifies this connection among those of its shard. */
    long serial() {
        return serial;
    }

    /** Bytes that wait for the socket. */
    int waitingBytes() {
        return backlog == null ? 0 : backlog.bytes();
    }

    /** Messages that wait for the socket. */
    int waitingMessages() {
        return backlog == null ? 0 : backlog.messages();
    }

    /** Called about once a second: heartbeats, and the end of connections that do not answer, take nothing, or are not welcome any more. */
    void sweep(int now) {
        if (backlog != null && backlog.stalled(now, shard.config().stallSeconds())) {
            close(CloseReason.STALLED);
        } else if (now >= expires && state != State.LEAVING) {
            expire(now);
        } else if (now >= due) {
            overdue(now);
        }
    }

    private void overdue(int now) {
        switch (state) {
            case LEAVING -> channel.close();
            case ASKED -> close(CloseReason.NO_PONG);
            case OPEN -> {
                due = now + protocol.beat().seconds();
                if (backlog == null) {
                    heartbeat(now);
                }
            }
        }
    }

    /** Tells the client first, so that it can come back with a new token before this connection ends. */
    private void expire(int now) {
        int grace = shard.graceSeconds();
        boolean again = reason == CloseReason.EXPIRED;
        if (!again) {
            reason = CloseReason.EXPIRED;
            expires = now + grace;
            byte[] told = Encoding.expired(grace, protocol);
            send(channel.alloc().directBuffer(told.length).writeBytes(told)); // the direct writer wants an address
        }
        if (again || grace == 0) {
            sayGoodbye(CloseReason.EXPIRED);
        }
    }

    private void heartbeat(int now) {
        if (protocol.beat().answers()) {
            state = State.ASKED;
            due = now + shard.config().pongSeconds();
        }
        send(protocol.beat().frame());
    }

    /** Tells the client that the gateway shuts down; false if that was done before. */
    boolean sayGoodbye() {
        return sayGoodbye(CloseReason.DRAIN);
    }

    /** Ends the stream because somebody who may has asked for it. */
    void disconnect() {
        sayGoodbye(CloseReason.DISCONNECTED);
    }

    /** Ends the stream because its token is not good any more. */
    void revoke() {
        sayGoodbye(CloseReason.REVOKED);
    }

    private boolean sayGoodbye(CloseReason why) {
        if (state == State.LEAVING) {
            return false;
        }
        leaving(why);
        ChannelFuture sent =
                channel.writeAndFlush(Unpooled.wrappedBuffer(protocol.goodbye().apply(why)));
        if (!protocol.beat().answers()) {
            sent.addListener(ChannelFutureListener.CLOSE);
        }
        return true;
    }

    private void leaving(CloseReason why) {
        assert shard.onLoop();
        if (state != State.LEAVING) {
            state = State.LEAVING;
            shard.willLeave();
            due = shard.now() + 1 + shard.config().closeSeconds();
            reason = why;
        }
    }
}
