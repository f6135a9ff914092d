package dev.fanfare.gateway.transport;

import dev.fanfare.gateway.metrics.Refusal;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether one more connection is taken on, and counts those that are. Any thread: the event loops share it, but
 * only when a connection opens or closes.
 */
final class Admission implements ChannelFutureListener {
    private static final long SECOND = 1_000_000_000L;

    private final int maxConnections;
    private final int maxPerAddress;
    private final int openRate;
    private final BooleanSupplier memoryTight;
    private final AtomicInteger connections = new AtomicInteger();
    private final ConcurrentHashMap<InetAddress, Integer> perAddress = new ConcurrentHashMap<>();
    /** When the next connection would be due at exactly the allowed rate (a virtual-scheduling leaky bucket, ITU-T I.371). */
    private final AtomicLong nextDue = new AtomicLong(Long.MIN_VALUE);

    /**
     * @param openFiles how many more files this process may open
     * @param memoryTight whether memory is short just now
     */
    Admission(LimitsConfig limits, long openFiles, BooleanSupplier memoryTight) {
        this.maxConnections = limits.connections(openFiles);
        this.maxPerAddress = limits.maxPerAddress();
        this.openRate = limits.openRate();
        this.memoryTight = memoryTight;
    }

    /** Counts {@code channel} until it closes, or says why not. */
    @Nullable
    Refusal enter(Channel channel, long nowNanos) {
        if (memoryTight.getAsBoolean()) {
            return Refusal.MEMORY;
        }
        if (connections.incrementAndGet() > maxConnections) {
            connections.decrementAndGet();
            return Refusal.MAX_CONNECTIONS;
        }
        if (!enterAddress(channel)) {
            connections.decrementAndGet();
            return Refusal.PER_ADDRESS;
        }
        if (!inTime(nowNanos)) {
            leave(channel);
            return Refusal.OPEN_RATE;
        }
        channel.closeFuture().addListener(this);
        return null;
    }

    /** A connection that was taken on has closed. */
    @Override
    public void operationComplete(ChannelFuture closed) {
        leave(closed.channel());
    }

    private void leave(Channel channel) {
        connections.decrementAndGet();
        InetAddress address = address(channel);
        if (maxPerAddress > 0 && address != null) {
            perAddress.computeIfPresent(address, (same, count) -> count == 1 ? null : count - 1);
        }
    }

    private boolean enterAddress(Channel channel) {
        InetAddress address = address(channel);
        if (maxPerAddress == 0 || address == null) {
            return true;
        }
        boolean[] entered = {true};
        perAddress.compute(address, (same, count) -> {
            int before = count == null ? 0 : count;
            entered[0] = before < maxPerAddress;
            return entered[0] ? Integer.valueOf(before + 1) : count;
        });
        return entered[0];
    }

    private boolean inTime(long now) {
        if (openRate == 0) {
            return true;
        }
        long step = Math.max(1, SECOND / openRate);
        while (true) {
            long due = nextDue.get();
            // An idle bucket holds one second's worth, no more. Differences, because nanoTime() may be negative.
            long from = due == Long.MIN_VALUE || due - (now - SECOND) < 0 ? now - SECOND : due;
            if (from + step - now > 0) {
                return false;
            }
            if (nextDue.compareAndSet(due, from + step)) {
                return true;
            }
        }
    }

    private static @Nullable InetAddress address(Channel channel) {
        return channel.remoteAddress() instanceof InetSocketAddress socket ? socket.getAddress() : null;
    }
}
