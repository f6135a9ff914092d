package dev.fanfare.gateway.engine.memory;

import dev.fanfare.gateway.config.Range;
import dev.fanfare.gateway.config.Settings;

/**
 * Bounds of the memory engine.
 *
 * @param maxBytes of all retained publications together; beyond it the channels that were used least recently lose theirs
 * @param maxChannels channels that are known at once
 * @param maxWaiting publishing calls that may wait for the engine's thread; as many questions, and as many comings and goings
 */
public record MemoryConfig(int maxBytes, int maxChannels, int maxWaiting) {
    /** The share of {@link #maxBytes} that idempotency keys may take, and the share that waiting publications may have beside. */
    private static final int SHARE = 4;

    public static MemoryConfig from(Settings in) {
        return new MemoryConfig(
                in.bytes(
                        "engine.memory.max-bytes",
                        "128MiB",
                        Range.of("1MiB", "1GiB"),
                        "what all channels together may keep, idempotency keys among it (at most a quarter); beyond it"
                                + " the channels used least recently lose theirs first"),
                in.number(
                        "engine.memory.max-channels",
                        1_000_000,
                        new Range<>(1, 100_000_000),
                        "channels known at once; beyond it publications and subscribers to a new one are refused"),
                in.number(
                        "engine.max-waiting",
                        65_536,
                        new Range<>(16, 10_000_000),
                        "publishing calls that may wait for the engine (together a quarter of engine.memory.max-bytes), and"
                                + " as many questions; beyond it they are refused"));
    }

    /** Bytes of publications that may wait for the engine's thread. */
    int maxWaitingBytes() {
        return maxBytes / SHARE;
    }

    /** Bytes of idempotency keys. */
    int maxKeyBytes() {
        return maxBytes / SHARE;
    }
}
