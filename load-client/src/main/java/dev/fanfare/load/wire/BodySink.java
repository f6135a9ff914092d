package dev.fanfare.load.wire;

/** Takes the bytes of a body with the transfer coding taken off, in order, in slices of any size. */
@FunctionalInterface
public interface BodySink {
    /** Bytes from {@code offset} up to {@code end}; the array is the caller's and changes after the call. */
    void body(byte[] buffer, int offset, int end) throws ProtocolViolation;
}
