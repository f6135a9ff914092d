package dev.fanfare.gateway.transport;

import io.netty.buffer.ByteBuf;

/**
 * Counts the frames of an HTTP/2 connection that cost the client nothing and us some work, before anything is done with
 * them: floods of PING, SETTINGS, PRIORITY, RST_STREAM, WINDOW_UPDATE, empty DATA, CONTINUATION and unknown frames
 * (CVE-2019-9512 to 9518, CVE-2024-27316). A bucket that holds one second's worth. It looks at frame headers only (RFC 9113 §4.1); whoever
 * comes after it checks what they say. Event loop.
 */
final class FrameMeter {
    private static final long SECOND = 1_000_000_000L;
    private static final int PREFACE = 24;
    private static final int HEADER = 9;
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int WINDOW_UPDATE = 8;
    private static final int CONTINUATION = 9;
    private static final int END = 1;
    private static final int END_HEADERS = 4;

    /** WINDOW_UPDATE frames that a connection may owe at most: two for each of this many frames it was sent. */
    private static final int MOST_UPDATES = 100_000;

    private final int perSecond;
    private long tokens;
    private long filledAt;
    private int updates;

    /** Bytes of the preface or of a payload that are still to come. */
    private int skip = PREFACE;

    private int headerBytes;
    private int length;
    private int type;
    private int flags;

    FrameMeter(int perSecond, long nowNanos) {
        this.perSecond = perSecond;
        this.tokens = perSecond;
        this.filledAt = nowNanos;
    }

    /** {@code frames} of DATA were sent, for each of which the client may open two windows. */
    void sent(int frames) {
        updates = Math.min(MOST_UPDATES, updates + 2 * frames);
    }

    /** Reads on in {@code bytes}, from the reader index, without moving it; false if the client sends too much. */
    boolean allows(ByteBuf bytes, long nowNanos) {
        int at = bytes.readerIndex();
        int end = bytes.writerIndex();
        while (at < end) {
            if (skip > 0) {
                int skipped = Math.min(skip, end - at);
                skip -= skipped;
                at += skipped;
            } else {
                header(bytes.getUnsignedByte(at++));
                if (headerBytes == HEADER) {
                    headerBytes = 0;
                    skip = length;
                    if (isCostly() && !take(nowNanos)) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    private void header(int next) {
        switch (headerBytes++) {
            case 0 -> length = next;
            case 1, 2 -> length = length << 8 | next;
            case 3 -> type = next;
            case 4 -> flags = next;
            default -> {} // of which stream it is makes no difference
        }
    }

    private boolean isCostly() {
        return switch (type) {
            case DATA -> length == 0 && (flags & END) == 0;
            case HEADERS ->
                false; // requests: their number is bounded by the streams, and their cost is that of any request
            case CONTINUATION -> (flags & END_HEADERS) == 0;
            case WINDOW_UPDATE -> --updates < 0;
            default -> true;
        };
    }

    private boolean take(long now) {
        if (updates < 0) {
            updates = 0;
        }
        if (tokens == 0) {
            long earned = (now - filledAt) / (SECOND / perSecond);
            if (earned <= 0) {
                return false;
            }
            tokens = Math.min(perSecond, earned);
            filledAt = now;
        }
        tokens--;
        return true;
    }
}
