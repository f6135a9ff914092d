package dev.fanfare.gateway.transport;

import dev.fanfare.gateway.metrics.Refusal;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/** A connection that has been counted and does not speak HTTP yet: who goes on with it, and until when. Its event loop. */
final class Admitted {
    private final GatewayPipeline pipeline;
    private final RequestDeadlines deadlines;
    private final @Nullable Refusal refusal;
    private RequestDeadlines.@Nullable Deadline deadline;
    private Runnable late = () -> {};

    /** {@code refusal} says why it may not become a stream; null if it may. */
    Admitted(GatewayPipeline pipeline, RequestDeadlines deadlines, @Nullable Refusal refusal) {
        this.pipeline = pipeline;
        this.deadlines = deadlines;
        this.refusal = refusal;
    }

    GatewayPipeline pipeline() {
        return pipeline;
    }

    /** How long it may take for what {@code usual} is given for; one over the limits has less. */
    long patience(long usual) {
        return refusal == null ? usual : Math.min(usual, HttpHandler.REFUSED_NANOS);
    }

    /** Does {@code what} in {@code nanos}, and no more what was to be done before, unless it is over earlier. */
    void closeAfter(Channel channel, long nanos, Runnable what) {
        late = what;
        if (deadline != null) {
            deadline.in(nanos);
        } else if (channel.isActive()) {
            deadline = deadlines.begin(nanos, expired -> {
                deadline = null;
                late.run();
            });
        }
    }

    /** Does {@code what} at the deadline instead. */
    void onExpiry(Runnable what) {
        late = what;
    }

    /** Whatever was waited for has come, or never will. */
    void inTime() {
        if (deadline != null) {
            deadline.cancel();
            deadline = null;
        }
    }

    /** Goes on with what was agreed on. */
    void speak(Channel channel, @Nullable String protocol) {
        pipeline.speak(channel, protocol, refusal);
    }
}
