package dev.fanfare.gateway.wire;

import org.jspecify.annotations.Nullable;

/** Makes a text shorter, without looking back at another. Thread: any; what a thread needs for it is made once and kept. */
interface Compression {
    /** {@code text} compressed, up to a byte boundary; null if that would not be shorter. */
    byte @Nullable [] compress(byte[] text);
}
