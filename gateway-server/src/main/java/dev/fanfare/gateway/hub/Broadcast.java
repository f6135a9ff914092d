package dev.fanfare.gateway.hub;

import dev.fanfare.gateway.metrics.GatewayMetrics;
import dev.fanfare.gateway.wire.EncodedMessage;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One message on its way to all shards. Each shard ends it exactly once, by delivering or by skipping it; the last one
 * lets go of the message. Thread: any.
 */
final class Broadcast {
    private final EncodedMessage message;
    private final GatewayMetrics metrics;
    private final long madeAtMillis;
    private final long startedNanos = System.nanoTime();
    private final AtomicInteger shardsLeft;
    private final AtomicLong tookNanos = new AtomicLong();

    /** Takes over the caller's reference to {@code message}. */
    Broadcast(EncodedMessage message, long madeAtMillis, int shards, GatewayMetrics metrics) {
        this.message = message;
        this.madeAtMillis = madeAtMillis;
        this.shardsLeft = new AtomicInteger(shards);
        this.metrics = metrics;
    }

    EncodedMessage message() {
        return message;
    }

    /** One shard has reached its last connection. */
    void delivered() {
        tookNanos.accumulateAndGet(System.nanoTime() - startedNanos, Math::max);
        metrics.deliveredAfter(Duration.ofMillis(Math.max(0, System.currentTimeMillis() - madeAtMillis)));
        end();
    }

    /** One shard was still busy when the next message came. */
    void skipped() {
        metrics.broadcastSkipped();
        end();
    }

    /** One shard has nobody, or its loop has ended. */
    void end() {
        if (shardsLeft.decrementAndGet() == 0) {
            if (tookNanos.get() > 0) {
                metrics.broadcastTook(Duration.ofNanos(tookNanos.get()));
            }
            message.release();
        }
    }
}
