package dev.fanfare.load.connect;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fanfare.load.wire.Content;
import dev.fanfare.load.wire.Envelope;
import dev.fanfare.load.wire.SharedTicks.Verdict;

/** Reads messages for all subscribers of one event loop: nothing of it is per connection. That loop only. */
final class ChannelReader {
    /** Whose a publication is. */
    enum Origin {
        /** This run's, byte by byte as it was published. */
        OURS,
        /** Another run's, or nobody we know. */
        FOREIGN,
        /** Not what was published under that name. */
        BROKEN
    }

    private final ChannelPlan plan;
    private final byte[] prefix;
    private final Envelope envelope = new Envelope();
    private final Content content;
    private String epoch = "";

    ChannelReader(ChannelPlan plan) {
        this.plan = plan;
        prefix = plan.prefix().getBytes(UTF_8);
        content = new Content(plan.payload());
    }

    ChannelPlan plan() {
        return plan;
    }

    Envelope envelope() {
        return envelope;
    }

    Content content() {
        return content;
    }

    /** The number of the channel the envelope names; -1 if it is none of ours. */
    int channel() {
        int channel = envelope.channel(prefix);
        return channel < plan.count() ? channel : -1;
    }

    /** The envelope's epoch; the same string as long as it is the same epoch. */
    String epoch() {
        if (!envelope.inEpoch(epoch)) {
            epoch = envelope.epoch();
        }
        return epoch;
    }

    /** Reads the data of the envelope, which stands in {@code buffer} and came in {@code channel}. */
    Origin read(byte[] buffer, int channel) {
        if (!content.read(buffer, envelope.dataFrom(), envelope.dataEnd())) {
            return Origin.BROKEN;
        }
        if (content.run() != plan.run()) {
            return Origin.FOREIGN;
        }
        boolean whole = envelope.dataEnd() - envelope.dataFrom() == plan.payload();
        return whole && content.channel() == channel ? Origin.OURS : Origin.BROKEN;
    }

    /** Why bytes are no envelope. */
    Verdict broken(byte[] buffer, int offset, int end) {
        return Envelope.isUtf8(buffer, offset, end) ? Verdict.MALFORMED : Verdict.NOT_UTF8;
    }
}
