package dev.fanfare.gateway.hub;

import dev.fanfare.gateway.metrics.GatewayMetrics;
import dev.fanfare.gateway.metrics.StreamKind;
import dev.fanfare.gateway.wire.EncodedMessage;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** All shards: the one door through which other threads reach the subscribers. Thread: any. */
public final class Hub {
    private final Map<EventLoop, Shard> shardOf = new HashMap<>();
    private final List<Shard> shards;
    private final GatewayMetrics metrics;

    public Hub(EventLoopGroup loops, HubConfig config, FrameWriter writer, GatewayMetrics metrics) {
        this.metrics = metrics;
        for (EventExecutor executor : loops) {
            EventLoop loop = (EventLoop) executor;
            shardOf.put(loop, new Shard(loop, config, writer, metrics));
        }
        shards = List.copyOf(shardOf.values());
        for (StreamKind kind : StreamKind.values()) {
            metrics.watchConnections(kind, () -> count(kind));
        }
        metrics.watchPending(this::waitingStreams, this::waitingBytes, this::waitingMessages);
    }

    /** Begins the periodic sweeps. */
    public void start() {
        shards.forEach(Shard::start);
    }

    /** The shard that belongs to {@code loop}, which must be one of the worker loops. */
    public Shard shardOf(EventLoop loop) {
        Shard shard = shardOf.get(loop);
        if (shard == null) {
            throw new IllegalArgumentException("not a worker loop: " + loop);
        }
        return shard;
    }

    /**
     * Sends {@code message} to everybody: one task per event loop.
     *
     * @param message its reference passes to the hub
     * @param madeAtMillis epoch milliseconds when it was made; delivery latency counts from here
     */
    public void broadcast(EncodedMessage message, long madeAtMillis) {
        metrics.published();
        Broadcast broadcast = new Broadcast(message, madeAtMillis, shards.size(), metrics);
        for (Shard shard : shards) {
            shard.post(broadcast);
        }
    }

    /** Tells about {@code most} subscribers that the gateway shuts down, each shard its share. */
    public void sayGoodbye(int most) {
        // Only those who stay: a client that was told and does not answer must not use up the share of others.
        long all = Math.max(1, shards.stream().mapToInt(Shard::staying).sum());
        long before = 0;
        for (Shard shard : shards) {
            // Shares of a running sum: rounding up each shard's would add one connection per event loop and step.
            long upTo = Math.min(all, before + shard.staying());
            int share = (int) (most * upTo / all - most * before / all);
            if (share > 0) {
                shard.sayGoodbye(share);
            }
            before = upTo;
        }
    }

    /** Open streams of one kind. */
    public int count(StreamKind kind) {
        int sum = 0;
        for (Shard shard : shards) {
            sum += shard.count(kind);
        }
        return sum;
    }

    /** Open streams. */
    public int count() {
        return shards.stream().mapToInt(Shard::count).sum();
    }

    /** Time since the last sweep of the event loop that is furthest behind: a loop that hangs lets it grow. */
    public long sinceSweepNanos() {
        return shards.stream().mapToLong(Shard::sinceSweepNanos).max().orElse(0);
    }

    /** Bytes that wait for slow sockets, as of the last sweeps. */
    public long waitingBytes() {
        return shards.stream().mapToLong(Shard::waitingBytes).sum();
    }

    /** Messages that wait for slow sockets, as of the last sweeps. */
    private long waitingMessages() {
        return shards.stream().mapToLong(Shard::waitingMessages).sum();
    }

    /** Streams with bytes waiting, as of the last sweeps. */
    public int waitingStreams() {
        return shards.stream().mapToInt(Shard::waitingStreams).sum();
    }
}
