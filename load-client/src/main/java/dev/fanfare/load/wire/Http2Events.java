package dev.fanfare.load.wire;

import org.jspecify.annotations.Nullable;

/** Takes what the server says on one HTTP/2 connection, checked as far as no stream needs to be known. Called on its event loop. */
public interface Http2Events {
    /**
     * The server's settings have changed; they are to be acknowledged.
     *
     * @param maxStreams streams it allows at once as of now, -1 when it says nothing of that
     */
    void settings(long maxStreams) throws ProtocolViolation;

    /** A response head, or {@code null} for trailers; {@code last} if nothing follows on the stream. */
    void head(int stream, @Nullable ResponseHead head, boolean last) throws ProtocolViolation;

    /** Some of the bytes of a body, from {@code offset} up to {@code end}; the array is the caller's and changes after the call. */
    void data(int stream, byte[] buffer, int offset, int end) throws ProtocolViolation;

    /** A DATA frame is complete: {@code length} bytes of it count for flow control; {@code last} if nothing follows on the stream. */
    void dataEnd(int stream, int length, boolean last) throws ProtocolViolation;

    /** The server has ended a stream for the reason {@code code}. */
    void reset(int stream, long code) throws ProtocolViolation;

    /** The server asks for its eight bytes back, which stand from {@code offset}. */
    void ping(byte[] buffer, int offset);

    /** The server takes no more streams, and has not looked at those above {@code lastStream}. */
    void goAway(int lastStream, long code) throws ProtocolViolation;
}
