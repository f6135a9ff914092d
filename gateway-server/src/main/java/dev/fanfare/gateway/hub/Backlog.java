package dev.fanfare.gateway.hub;

import dev.fanfare.gateway.wire.SharedFrame;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOutboundBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a subscriber has only while its socket does not take everything: bytes waiting in the channel. Exists for slow
 * connections only, so that it costs the others nothing. Owned by the subscriber's event loop.
 */
final class Backlog {
    private final Subscriber owner;
    private final Channel channel;
    private int waitingBytes;
    private int waitingWrites;
    private long finishedWrites;
    private boolean missed;
    /** Whether the client must be told where it stands once this is empty. */
    boolean owesPosition;

    private long progressSeen;
    private long pendingSeen;
    private int progressAt;

    Backlog(Subscriber owner, Channel channel, int now) {
        this.owner = owner;
        this.channel = channel;
        this.progressAt = now;
    }

    /** {@code rest} of {@code length} bytes waits in the channel. */
    void await(ChannelFuture rest, int length) {
        waitingBytes += length;
        waitingWrites++;
        rest.addListener(done -> written(length, done.cause()));
    }

    /** Bytes that wait for the socket. */
    int bytes() {
        return waitingBytes;
    }

    /** Messages and heartbeats that wait for the socket; one of which a part has left counts. */
    int messages() {
        return waitingWrites;
    }

    /** Whether this is the first message that finds bytes waiting: then the connection is slow. */
    boolean firstMiss() {
        boolean first = !missed;
        missed = true;
        return first;
    }

    boolean fits(int length, int bound) {
        return waitingBytes + length <= bound;
    }

    void queue(byte[] bytes) {
        await(channel.writeAndFlush(Unpooled.wrappedBuffer(bytes)), bytes.length);
    }

    void queue(SharedFrame frame) {
        await(channel.writeAndFlush(frame.from(0)), frame.length());
    }

    /**
     * Whether the socket took nothing since {@code seconds} before {@code now}; twice as long for a stream that waits for
     * another one of its connection, so that it is there when that one is gone.
     */
    boolean stalled(int now, int seconds) {
        ChannelOutboundBuffer waiting = channel.unsafe().outboundBuffer();
        long progress = (finishedWrites << 32) + (waiting == null ? 0 : waiting.currentProgress());
        // One message is many records in TLS: each that leaves whole shows only in what still waits.
        long pending = waiting == null ? 0 : waiting.totalPendingWriteBytes();
        if (progress != progressSeen || pending < pendingSeen) {
            progressAt = now;
        }
        progressSeen = progress;
        pendingSeen = pending;
        int idle = now - progressAt; // both are floored: at least that many full seconds
        return idle > seconds
                && (idle > 2 * seconds || owner.protocol().writer().waitsForItself(channel));
    }

    private void written(int length, @Nullable Throwable failure) {
        waitingBytes -= length;
        waitingWrites--;
        finishedWrites++;
        if (failure != null) {
            owner.failed(failure);
        } else if (waitingWrites == 0) {
            owner.drained();
        }
    }
}
