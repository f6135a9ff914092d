package dev.fanfare.gateway.hub;

import dev.fanfare.gateway.channel.ChannelRules;
import dev.fanfare.gateway.channel.Cursor;
import dev.fanfare.gateway.channel.Publication;
import dev.fanfare.gateway.metrics.GatewayMetrics;
import dev.fanfare.gateway.wire.Compressor;
import dev.fanfare.gateway.wire.SharedFrame;
import dev.fanfare.gateway.wire.WireFormat;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * One publication on its way to the shards. Each form in which somebody needs it is encoded once, by the first who does. Each
 * shard ends it exactly once, by delivering or by skipping it; the last one lets go of the frames. Thread: any.
 */
final class Delivery implements Inbox.Item {
    private static final int VARIANTS = 4;
    private static final int ENVELOPE = 2;
    private static final int WITH_ID = 1;

    private final Publication publication;
    private final ChannelRules rules;
    private final @Nullable Interest interest;
    private final GatewayMetrics metrics;
    private final long startedNanos = System.nanoTime();
    private final AtomicInteger shardsLeft;
    private final AtomicLong tookNanos = new AtomicLong();
    private final AtomicReferenceArray<@Nullable SharedFrame> frames =
            new AtomicReferenceArray<>(WireFormat.values().length * VARIANTS);

    /**
     * A publication for as many shards as {@code interest} and the patterns name.
     *
     * @param interest of its channel, if anybody subscribed to it by name
     */
    Delivery(
            Publication publication,
            ChannelRules rules,
            @Nullable Interest interest,
            int shards,
            GatewayMetrics metrics) {
        this.publication = publication;
        this.rules = rules;
        this.interest = interest;
        this.shardsLeft = new AtomicInteger(shards);
        this.metrics = metrics;
    }

    @Override
    public int bytes() {
        return publication.content().data().length;
    }

    @Override
    public int begin(FanOut fanOut) {
        fanOut.begin(this);
        return 1;
    }

    @Override
    public void lost() {
        end();
    }

    Publication publication() {
        return publication;
    }

    ChannelRules rules() {
        return rules;
    }

    /**
     * The bytes for one protocol; they live until the shard ends this delivery, unless somebody retains them.
     *
     * @param withId whether an SSE event carries the position in this channel as its id
     */
    SharedFrame frame(StreamProtocol protocol, boolean withId) {
        Compressor compressor = protocol.compressor();
        boolean tooLong = compressor != null
                && compressor.isLimited()
                && !compressor.reaches(uncompressed(protocol, withId).length());
        if (compressor == null || tooLong) {
            return uncompressed(protocol, withId);
        }
        SharedFrame frame = frames.get(index(protocol.format(), protocol, withId));
        return frame == null ? compressed(compressor, protocol, withId) : frame;
    }

    private SharedFrame uncompressed(StreamProtocol protocol, boolean withId) {
        int index = index(protocol.format().uncompressed(), protocol, withId);
        SharedFrame frame = frames.get(index);
        if (frame != null) {
            return frame;
        }
        SharedFrame made = SharedFrame.of(Encoding.of(publication, protocol, withId ? id() : null));
        if (frames.compareAndSet(index, null, made)) {
            return made;
        }
        made.release(); // another shard was faster
        return uncompressed(protocol, withId);
    }

    /**
     * Compresses, unless it is not worth it. Shards come here at the same time, and compressing is the dearest of all steps: those that come
     * second wait for the first, which takes no longer than doing it again beside it.
     */
    private synchronized SharedFrame compressed(Compressor compressor, StreamProtocol protocol, boolean withId) {
        int index = index(protocol.format(), protocol, withId);
        SharedFrame frame = frames.get(index);
        if (frame == null) {
            byte[] payload = Encoding.payload(publication, protocol, withId ? id() : null);
            byte[] shorter = compressor.frame(payload);
            if (shorter != null) {
                frame = SharedFrame.of(shorter);
                metrics.compressed(compressor.kind(), payload.length, shorter.length);
            } else if (protocol.format().uncompressed() == protocol.format()) {
                frame = SharedFrame.of(protocol.format().frame(payload));
            } else {
                frame = uncompressed(protocol, withId).retain(); // stands in both places
            }
            frames.set(index, frame);
        }
        return frame;
    }

    private static int index(WireFormat format, StreamProtocol protocol, boolean withId) {
        return format.ordinal() * VARIANTS + (protocol.envelope() ? ENVELOPE : 0) + (withId ? WITH_ID : 0);
    }

    /** Whether nobody needs it any more because the channel keeps only its newest publication, and there is a newer one. */
    boolean isSuperseded() {
        return rules.conflate()
                && publication.isMessage()
                && publication.content().key() == null
                && interest != null
                && interest.newest() > publication.offset();
    }

    /** One shard has reached its last connection. */
    void delivered() {
        tookNanos.accumulateAndGet(System.nanoTime() - startedNanos, Math::max);
        metrics.deliveredAfter(Duration.ofMillis(Math.max(0, System.currentTimeMillis() - publication.madeAtMillis())));
        end();
    }

    /** One shard was still busy when a newer one came. */
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
            for (int i = 0; i < frames.length(); i++) {
                SharedFrame frame = frames.getAndSet(i, null);
                if (frame != null) {
                    frame.release();
                }
            }
        }
    }

    private String id() {
        return new Cursor.Writer()
                .add(Cursor.mark(publication.channel()), publication.position().epoch(), publication.offset())
                .toString();
    }
}
