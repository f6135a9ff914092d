package dev.fanfare.gateway.engine.memory;

import dev.fanfare.gateway.config.Range;
import dev.fanfare.gateway.config.Settings;

/**
 * Bounds of the memory engine.
 *
 * @param maxBytes of all retained publications together; beyond it the channels that were used least recently lose theirs
 * @param maxChannels channels that are known at once
 * @param maxWaiting requests that may wait for the engine's thread
 */
public record MemoryConfig(int maxBytes, int maxChannels, int maxWaiting) {
    public static MemoryConfig from(Settings in) {
        return new MemoryConfig(
                in.bytes(
                        "engine.memory.max-bytes",
                        "128MiB",
                        Range.of("1MiB", "1GiB"),
                        "what all channels together may keep; beyond it the ones used least recently lose theirs first"),
                in.number(
                        "engine.memory.max-channels",
                        1_000_000,
                        new Range<>(1, 100_000_000),
                        "channels known at once; beyond it a publication to a new one is refused"),
                in.number(
                        "engine.max-waiting",
                        65_536,
                        new Range<>(16, 10_000_000),
                        "requests that may wait for the engine; beyond it they are refused"));
    }
}
