package dev.fanfare.load.wire;

import org.jspecify.annotations.Nullable;

/** Finds and parses the head of the one response a connection gets. One connection, its event loop only. */
public final class HeadDecoder {
    /** The longest head accepted, in bytes; servers commonly allow themselves 8 KB. */
    public static final int LIMIT = 16 * 1024;

    private static final byte[] END = {'\r', '\n', '\r', '\n'};

    private final Accumulator head = new Accumulator(LIMIT, "HTTP response head");
    private int matched;
    private @Nullable ResponseHead result;

    /**
     * Takes bytes from {@code offset} up to {@code end}.
     *
     * @return the offset of the first byte that no longer belongs to the head; {@code end} while the head is incomplete
     * @throws ProtocolViolation when the head is malformed or longer than {@link #LIMIT}
     */
    public int feed(byte[] buffer, int offset, int end) throws ProtocolViolation {
        int at = offset;
        while (at < end && matched < END.length) {
            byte next = buffer[at++];
            if (next == END[matched]) {
                matched++;
            } else {
                matched = next == '\r' ? 1 : 0;
            }
        }
        head.append(buffer, offset, at - offset);
        if (matched == END.length && result == null) {
            result = ResponseHead.parse(head.bytes(), head.length());
            head.clear();
        }
        return at;
    }

    /** The head once it is complete, null before. */
    public @Nullable ResponseHead head() {
        return result;
    }
}
