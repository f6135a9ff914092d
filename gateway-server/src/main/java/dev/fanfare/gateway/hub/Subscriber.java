package dev.fanfare.gateway.hub;

import dev.fanfare.gateway.metrics.CloseReason;
import dev.fanfare.gateway.metrics.StreamKind;
import dev.fanfare.gateway.wire.SharedFrame;
import dev.fanfare.gateway.wire.WireFormat;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.socket.DuplexChannel;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * One connection that receives messages. There are 100,000 of these: every field counts, and what only a slow connection
 * needs stands in its {@link Backlog}. Owned by the connection's event loop.
 */
public final class Subscriber extends Roster.Seat {
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
    private State state = State.OPEN;
    private @Nullable CloseReason reason;
    private @Nullable Backlog backlog;
    /** When the sweep must do something next, in the shard's seconds. */
    private int due;

    Subscriber(Shard shard, Channel channel, StreamProtocol protocol, int firstHeartbeat) {
        this.shard = shard;
        this.channel = channel;
        this.protocol = protocol;
        this.due = firstHeartbeat;
    }

    boolean isLeaving() {
        return state == State.LEAVING;
    }

    WireFormat format() {
        return protocol.format();
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
            due += protocol.heartbeatSeconds() - shard.config().pongSeconds();
        }
    }

    /** The connection is gone: leaves the shard and lets go of what it holds. */
    public void gone() {
        assert shard.onLoop();
        if (backlog != null) {
            backlog.discard();
        }
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
            if (sent.isSuccess() && channel instanceof DuplexChannel duplex) {
                duplex.shutdownOutput();
            } else {
                channel.close();
            }
        });
    }

    /** Sends one message, or does what the policy for slow connections says. */
    void offer(SharedFrame frame, Tally tally) {
        if (state == State.LEAVING) {
            return;
        }
        if (backlog != null) {
            offerSlow(backlog, frame, tally);
            return;
        }
        if (send(frame)) {
            tally.delivered(protocol.kind(), frame.length());
        }
    }

    private boolean send(SharedFrame frame) {
        try {
            ChannelFuture rest = shard.writer().write(channel, frame);
            if (rest != null) {
                backlog = new Backlog(this, channel, shard.now());
                backlog.await(rest, frame.length());
            }
            return true;
        } catch (IOException
                | RuntimeException
                | OutOfMemoryError broken) { // whatever it is, it is this one's end and not the pass's
            failed(broken);
            return false;
        }
    }

    /** The slow-consumer policy. */
    private void offerSlow(Backlog waiting, SharedFrame frame, Tally tally) {
        if (waiting.firstMiss()) {
            tally.slowEpisode();
        }
        if (shard.config().policy() == SlowConsumerPolicy.CONFLATE) {
            if (waiting.keepNewest(frame)) {
                tally.conflated();
            }
        } else if (waiting.fits(frame.length(), shard.config().maxPending())) {
            waiting.queue(frame);
            tally.delivered(protocol.kind(), frame.length());
        } else {
            tally.dropped();
            if (shard.config().policy() == SlowConsumerPolicy.DISCONNECT) {
                close(CloseReason.SLOW);
            }
        }
    }

    /** Everything that waited has left; {@code newest} waited for that. */
    void drained(@Nullable SharedFrame newest) {
        backlog = null;
        if (newest != null) {
            offer(newest, shard.tally());
            newest.release();
        }
    }

    /** Bytes that wait for the socket. */
    int waitingBytes() {
        return backlog == null ? 0 : backlog.bytes();
    }

    /** Messages that wait for the socket. */
    int waitingMessages() {
        return backlog == null ? 0 : backlog.messages();
    }

    /** Called about once a second: heartbeats, and the end of connections that do not answer or take nothing. */
    void sweep(int now) {
        if (backlog != null && backlog.stalled(now, shard.config().stallSeconds())) {
            close(CloseReason.STALLED);
        } else if (now >= due) {
            overdue(now);
        }
    }

    private void overdue(int now) {
        switch (state) {
            case LEAVING -> channel.close();
            case ASKED -> close(CloseReason.NO_PONG);
            case OPEN -> {
                due = now + protocol.heartbeatSeconds();
                if (backlog == null) {
                    heartbeat(now);
                }
            }
        }
    }

    private void heartbeat(int now) {
        if (protocol.answers()) {
            state = State.ASKED;
            due = now + shard.config().pongSeconds();
        }
        send(protocol.heartbeat());
    }

    /** Tells the client that the gateway shuts down; false if that was done before. */
    boolean sayGoodbye() {
        if (state == State.LEAVING) {
            return false;
        }
        leaving(CloseReason.DRAIN);
        if (backlog != null) {
            backlog.discard(); // what waits in the channel leaves before the goodbye, or the close timeout ends it
        }
        ChannelFuture sent =
                channel.writeAndFlush(Unpooled.wrappedBuffer(protocol.goodbye().get()));
        if (!protocol.answers()) {
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
