package dev.fanfare.load.connect;

/**
 * When one publisher's publications are due, and in which channel: a fixed rate against the clock, whatever the server does, over
 * its channels in turn. Immutable.
 */
final class PublishSchedule {
    private static final double SECOND_NANOS = 1e9;

    private final int publisher;
    private final int publishers;
    private final int channels;
    private final double perSecond;

    /** The schedule of publisher {@code publisher}, counted from 0: channel c is its own if c modulo the publishers is it. */
    PublishSchedule(ChannelPlan plan, int publisher) {
        this.publisher = publisher;
        this.publishers = plan.publishers();
        this.channels = (plan.count() - publisher + publishers - 1) / publishers;
        this.perSecond = plan.perSecond() * channels / plan.count();
    }

    /** How many are due {@code nanos} after the start. The publishers' first ones are spread over one interval. */
    long due(long nanos) {
        return Math.max(0, (long) Math.floor(nanos * perSecond / SECOND_NANOS - phase()) + 1);
    }

    /** When publication {@code index} is due, in nanoseconds after the start. */
    long dueAt(long index) {
        return (long) ((index + phase()) / perSecond * SECOND_NANOS);
    }

    /** The channel of publication {@code index}. */
    int channel(long index) {
        return publisher + publishers * (int) (index % channels);
    }

    private double phase() {
        return (double) publisher / publishers;
    }
}
