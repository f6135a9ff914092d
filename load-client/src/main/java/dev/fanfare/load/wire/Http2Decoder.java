package dev.fanfare.load.wire;

/**
 * Takes the frames of one HTTP/2 connection apart (RFC 9113), as a client sees them. The bytes of DATA are handed on as they come; every
 * other frame is kept until it is complete. That connection's event loop only.
 */
public final class Http2Decoder {
    /** The longest frame (§6.5.2): the smallest allowed, since we ask for no other. */
    static final int MAX_FRAME = 16_384;

    /** The longest header block, in its compressed form. */
    static final int MAX_BLOCK = 65_536;

    private static final int HEADER = 9;
    private static final int END_STREAM = 0x1;
    private static final int ACK = 0x1;
    private static final int END_HEADERS = 0x4;
    private static final int PADDED = 0x8;
    private static final int PRIORITY = 0x20;
    private static final int MAX_STREAMS = 0x3;

    private final Http2Events events;
    private final HpackDecoder hpack = new HpackDecoder();
    private final byte[] header = new byte[HEADER];
    private int headerCount;
    private boolean started;

    // The frame under way.
    private int length;
    private int type;
    private int flags;
    private int stream;
    /** Bytes of it that are still to come. */
    private int left;
    /** Of DATA: padding at its end; -1 while the byte that says so is still to come. */
    private int padding;

    private final Accumulator payload = new Accumulator(MAX_FRAME, "HTTP/2 frame");

    /** The header block under way, and the stream it belongs to; 0 for none. */
    private final Accumulator block = new Accumulator(MAX_BLOCK, "HTTP/2 header block");

    private int blockStream;
    private boolean blockLast;

    public Http2Decoder(Http2Events events) {
        this.events = events;
    }

    /** Takes bytes from {@code offset} up to {@code end}. */
    public void feed(byte[] buffer, int offset, int end) throws ProtocolViolation {
        int at = offset;
        while (at < end) {
            if (headerCount < HEADER) {
                int count = Math.min(HEADER - headerCount, end - at);
                System.arraycopy(buffer, at, header, headerCount, count);
                headerCount += count;
                at += count;
                if (headerCount < HEADER) {
                    return;
                }
                begin();
            } else {
                int count = Math.min(left, end - at);
                left -= count;
                if (type == 0) {
                    data(buffer, at, at + count);
                } else {
                    other(buffer, at, at + count);
                }
                at += count;
            }
            if (headerCount == HEADER && left == 0) {
                headerCount = 0;
                complete();
            }
        }
    }

    private void begin() throws ProtocolViolation {
        length = ((header[0] & 0xff) << 16) | ((header[1] & 0xff) << 8) | (header[2] & 0xff);
        type = header[3] & 0xff;
        flags = header[4] & 0xff;
        stream = int31(header, 5);
        left = length;
        padding = (flags & PADDED) == 0 ? 0 : -1;
        require(started || type == 4, "server does not speak HTTP/2: its first frame is no SETTINGS");
        started = true;
        require(length <= MAX_FRAME, "HTTP/2 frame longer than allowed");
        require(blockStream == 0 || (type == 9 && stream == blockStream), "HTTP/2 header block interrupted");
        switch (type) {
            case 0, 1, 3 -> require(stream % 2 == 1, "HTTP/2 frame on a stream nobody opened");
            case 4, 6, 7 -> require(stream == 0, "HTTP/2 connection frame on a stream");
            case 5 -> throw new ProtocolViolation("HTTP/2 push nobody allowed");
            case 9 -> require(blockStream != 0, "HTTP/2 continuation of nothing");
            default -> {}
        }
        boolean rightSize = switch (type) {
            case 3, 8 -> length == 4;
            case 4 -> length % 6 == 0 && ((flags & ACK) == 0 || length == 0);
            case 6 -> length == 8;
            case 7 -> length >= 8;
            default -> true;
        };
        require(rightSize, "HTTP/2 frame of a wrong length");
    }

    /** A part of a DATA frame: the first byte may say how much padding stands at its end. */
    private void data(byte[] buffer, int offset, int end) throws ProtocolViolation {
        int at = offset;
        if (padding < 0 && at < end) {
            padding = buffer[at++] & 0xff;
            require(padding < length, "HTTP/2 padding longer than its frame");
        }
        // "left" bytes of the frame follow this part, the last "padding" of them, or more than them, are no data
        int dataEnd = end - Math.max(0, padding - left);
        if (at < dataEnd) {
            events.data(stream, buffer, at, dataEnd);
        }
    }

    private void other(byte[] buffer, int offset, int end) throws ProtocolViolation {
        payload.append(buffer, offset, end - offset);
    }

    private void complete() throws ProtocolViolation {
        byte[] bytes = payload.bytes();
        switch (type) {
            case 0 -> {
                require(padding >= 0, "HTTP/2 padding longer than its frame");
                events.dataEnd(stream, length, (flags & END_STREAM) != 0);
            }
            case 1 -> headers(bytes);
            case 3 -> events.reset(stream, int32(bytes, 0));
            case 4 -> settings(bytes);
            case 6 -> {
                if ((flags & ACK) == 0) {
                    events.ping(bytes, 0);
                }
            }
            case 7 -> events.goAway(int31(bytes, 0), int32(bytes, 4));
            case 8 -> require(int31(bytes, 0) > 0, "HTTP/2 window update of nothing");
            case 9 -> block(bytes, 0, length);
            default -> {} // priorities, and what has been invented since
        }
        payload.clear();
    }

    private void headers(byte[] bytes) throws ProtocolViolation {
        int from = 0;
        int padded = 0;
        if ((flags & PADDED) != 0 && length > 0) {
            padded = bytes[0] & 0xff;
            from = 1;
        }
        if ((flags & PRIORITY) != 0) {
            from += 5;
        }
        require(from + padded <= length, "HTTP/2 padding longer than its frame");
        blockStream = stream;
        blockLast = (flags & END_STREAM) != 0;
        block(bytes, from, length - padded);
    }

    private void block(byte[] bytes, int from, int to) throws ProtocolViolation {
        block.append(bytes, from, to - from);
        if ((flags & END_HEADERS) == 0) {
            return;
        }
        ResponseHead head = ResponseHead.ofHttp2(hpack.decode(block.bytes(), 0, block.length()));
        block.clear();
        blockStream = 0;
        events.head(stream, head, blockLast);
    }

    private void settings(byte[] bytes) throws ProtocolViolation {
        if ((flags & ACK) != 0) {
            return;
        }
        long maxStreams = -1;
        for (int at = 0; at < length; at += 6) {
            int id = ((bytes[at] & 0xff) << 8) | (bytes[at + 1] & 0xff);
            if (id == MAX_STREAMS) {
                maxStreams = int32(bytes, at + 2);
            }
        }
        events.settings(maxStreams);
    }

    private static int int31(byte[] bytes, int at) {
        return (int) (int32(bytes, at) & 0x7fffffff);
    }

    private static long int32(byte[] bytes, int at) {
        return ((bytes[at] & 0xffL) << 24)
                | ((bytes[at + 1] & 0xffL) << 16)
                | ((bytes[at + 2] & 0xffL) << 8)
                | (bytes[at + 3] & 0xffL);
    }

    private static void require(boolean held, String otherwise) throws ProtocolViolation {
        if (!held) {
            throw new ProtocolViolation(otherwise);
        }
    }

    /** The name of an error code (§7). */
    public static String errorName(long code) {
        String[] names = {
            "NO_ERROR",
            "PROTOCOL_ERROR",
            "INTERNAL_ERROR",
            "FLOW_CONTROL_ERROR",
            "SETTINGS_TIMEOUT",
            "STREAM_CLOSED",
            "FRAME_SIZE_ERROR",
            "REFUSED_STREAM",
            "CANCEL",
            "COMPRESSION_ERROR",
            "CONNECT_ERROR",
            "ENHANCE_YOUR_CALM",
            "INADEQUATE_SECURITY",
            "HTTP_1_1_REQUIRED"
        };
        return code < names.length ? names[(int) code] : "error " + code;
    }
}
