package dev.fanfare.gateway.transport;

import dev.fanfare.gateway.metrics.GatewayMetrics;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts the bytes of long request bodies, of all connections together, from the moment they are kept until their request is answered.
 * Any thread.
 */
final class Bodies {
    /** Bytes of a body that any connection may bring without being counted: no more than the head of its request may have. */
    static final int SHORT = 4096;

    private final long most;
    private final GatewayMetrics metrics;
    private final AtomicLong held = new AtomicLong();

    /** Bytes that are held for one request. */
    final class Lease {
        private final AtomicInteger bytes = new AtomicInteger();

        /** Makes it {@code total} bytes; false if so many are not left, then it stays as it is. */
        boolean grow(int total) {
            int more = total - bytes.get();
            if (held.addAndGet(more) > most) {
                held.addAndGet(-more);
                metrics.bodyRefused();
                return false;
            }
            bytes.set(total);
            return true;
        }

        /** Gives all back; may be called again. */
        void end() {
            held.addAndGet(-bytes.getAndSet(0));
        }

        int bytes() {
            return bytes.get();
        }
    }

    /** At most {@code most} bytes. */
    Bodies(long most, GatewayMetrics metrics) {
        this.most = most;
        this.metrics = metrics;
        metrics.watchBodies(held::get);
    }
}
