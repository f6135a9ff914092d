package dev.fanfare.gateway.ticker;

/**
 * SplitMix64 and Box–Muller, written out: {@code java.util.SplittableRandom} promises no fixed sequence and its
 * {@code nextGaussian} changed algorithm with JDK 17, while a seed of ours has to mean the same prices on every JDK.
 * {@link StrictMath} for the same reason. Not thread-safe.
 */
final class SeededRandom {
    private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;
    private static final double UNIT = 0x1.0p-53;

    private long state;

    SeededRandom(long seed) {
        state = seed;
    }

    /** Uniform in (0, 1]: never 0, whose logarithm Box–Muller could not take. */
    private double nextUniform() {
        state += GOLDEN_GAMMA;
        long z = state;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        z ^= z >>> 31;
        return ((z >>> 11) + 1) * UNIT;
    }

    /** Normally distributed, mean 0, deviation 1. Takes two draws and throws the sine half away: simpler, and cheap enough. */
    double nextNormal() {
        double radius = StrictMath.sqrt(-2 * StrictMath.log(nextUniform()));
        return radius * StrictMath.cos(2 * StrictMath.PI * nextUniform());
    }
}
