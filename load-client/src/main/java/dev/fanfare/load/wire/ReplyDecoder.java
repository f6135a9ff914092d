package dev.fanfare.load.wire;

import org.jspecify.annotations.Nullable;

/** Reads the replies of one keep-alive connection, one after the other (RFC 9112). Its event loop only. */
public final class ReplyDecoder {
    /** The longest reply body, in bytes. */
    public static final int LIMIT = 8 << 20;

    private final Accumulator body = new Accumulator(LIMIT, "HTTP reply");
    private HeadDecoder heads = new HeadDecoder();
    private ChunkedDecoder chunked = new ChunkedDecoder();
    private @Nullable ResponseHead head;
    private long length;
    private boolean complete;

    /**
     * Takes bytes from {@code offset} up to {@code end}.
     *
     * @return whether the reply is complete now
     * @throws ProtocolViolation when the reply is malformed, or more than one came for one request
     */
    public boolean feed(byte[] buffer, int offset, int end) throws ProtocolViolation {
        if (complete) {
            throw new ProtocolViolation("HTTP reply nobody asked for");
        }
        int at = offset;
        if (head == null) {
            at = heads.feed(buffer, offset, end);
            head = heads.head();
            if (head == null) {
                return false;
            }
            length = length(head);
        }
        if (length == Upgrade.CHUNKED) {
            chunked.feed(buffer, at, end, (bytes, from, to) -> body.append(bytes, from, to - from));
            complete = chunked.done();
        } else {
            body.append(buffer, at, end - at);
            complete = body.length() >= length;
            if (body.length() > length) {
                throw new ProtocolViolation("HTTP reply longer than its Content-Length");
            }
        }
        return complete;
    }

    private static long length(ResponseHead head) throws ProtocolViolation {
        String coding = head.header("transfer-encoding");
        if (coding != null && coding.equalsIgnoreCase("chunked")) {
            return Upgrade.CHUNKED;
        }
        String told = head.header("content-length");
        if (coding != null || told == null || !told.matches("\\d{1,9}")) {
            throw new ProtocolViolation("HTTP reply without a length");
        }
        return Long.parseLong(told);
    }

    /** The status of the complete reply. */
    public int status() {
        return head == null ? 0 : head.status();
    }

    /** Whether the server ends the connection after this reply. */
    public boolean closes() {
        return head == null || "close".equalsIgnoreCase(head.header("connection"));
    }

    /** What {@code Retry-After} asks for, in milliseconds; 0 when it asks for nothing. */
    public long retryAfterMillis() {
        String seconds = head == null ? null : head.header("retry-after");
        return seconds != null && seconds.matches("\\d{1,5}") ? Long.parseLong(seconds) * 1000 : 0;
    }

    /** The body of the complete reply: the first {@link #bodyLength()} bytes. */
    public byte[] body() {
        return body.bytes();
    }

    /** How long the body is. */
    public int bodyLength() {
        return body.length();
    }

    /** Makes ready for the next reply. */
    public void next() {
        heads = new HeadDecoder();
        chunked = new ChunkedDecoder();
        head = null;
        body.clear();
        complete = false;
    }
}
