package dev.fanfare.load.connect;

import java.util.List;

/**
 * What every channel's last publication was, as its publisher was told: what every subscriber must have in the end. Immutable once
 * made; only plain values.
 *
 * @param numbers number of the last publication by channel; 0 if there was none, -1 if its publisher does not know
 * @param offsets its offset by channel
 * @param epochs its epoch by channel: index into {@code epochNames}
 * @param epochNames epochs that occurred
 */
@SuppressWarnings("ArrayRecordComponent") // 100,000 channels; made once, read by index, never compared
public record Ends(long[] numbers, long[] offsets, int[] epochs, List<String> epochNames) {
    /** The epoch of a channel's last publication. */
    String epoch(int channel) {
        return epochNames.get(epochs[channel]);
    }
}
