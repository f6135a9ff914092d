package dev.fanfare.load.connect;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What was published, by channel: the last number given, and the last place confirmed. The publishers' event loop only. */
final class PublishLog {
    private final long[] given;
    private final long[] offsets;
    private final int[] epochs;
    private final boolean[] lax;
    private final boolean[] abandoned;
    private final List<String> epochNames = new ArrayList<>(List.of(""));

    PublishLog(int channels) {
        given = new long[channels];
        offsets = new long[channels];
        epochs = new int[channels];
        lax = new boolean[channels];
        abandoned = new boolean[channels];
        Arrays.fill(offsets, -1);
    }

    /** The number of the next publication of a channel, from 1. */
    long next(int channel) {
        return ++given[channel];
    }

    /** A publication of a channel is made again though it may have counted: offsets may skip one. */
    void uncertain(int channel) {
        lax[channel] = true;
    }

    /** A number was given and will never be published: what a channel's end is can no longer be told by numbers. */
    void giveUp(int channel) {
        abandoned[channel] = true;
    }

    /** A publication has its place; returns whether that is the one after the last, as it is when one alone publishes there. */
    boolean confirm(int channel, long offset, String epoch) {
        int index = epochNames.lastIndexOf(epoch);
        if (index < 0) {
            index = epochNames.size();
            epochNames.add(epoch);
        }
        boolean first = offsets[channel] < 0 || epochs[channel] != index;
        boolean follows = first || offset == offsets[channel] + 1 || (lax[channel] && offset > offsets[channel]);
        offsets[channel] = offset;
        epochs[channel] = index;
        lax[channel] = false;
        return follows;
    }

    /** What everybody must have; {@code open} are channels whose last publication was never confirmed. */
    Ends ends(List<Integer> open) {
        long[] numbers = given.clone();
        open.forEach(this::giveUp);
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = abandoned[i] ? -1 : numbers[i];
        }
        return new Ends(numbers, offsets.clone(), epochs.clone(), List.copyOf(epochNames));
    }
}
