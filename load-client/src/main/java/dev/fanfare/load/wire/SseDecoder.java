package dev.fanfare.load.wire;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads an event stream (WHATWG HTML §9.2.6): lines end in LF, CR or CRLF; one leading byte order mark is dropped; an event
 * without data is not dispatched but its id sticks; an event cut off by the end of the stream is discarded, and so is its id.
 * One connection, its event loop only.
 *
 * <p>An event that arrives in one slice is handed on without being copied. Only what a slice leaves unfinished is kept.
 */
public final class SseDecoder implements BodySink {
    /** The longest line, and the longest data of one event, in bytes. */
    public static final int LIMIT = 1 << 20;

    private static final byte[] BOM = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
    private static final long NONE = SseEvents.NO_ID;

    private final SseEvents events;
    private final Accumulator line = new Accumulator(LIMIT, "SSE line");
    private final Accumulator data = new Accumulator(LIMIT, "SSE event");
    private int bomSeen;
    private boolean afterCr;
    /** Data of the open event: lines already in {@link #data}, or one line still in the slice being read. */
    private boolean hasData;

    private int sliceFrom = -1;
    private int sliceEnd;
    private long eventId = NONE;
    /** The id as of the last event: its bytes, used again and again, because every event brings a new one. */
    private byte[] lastId = {};

    private int lastIdLength;
    /** The id as the lines so far set it; it counts from the blank line on that ends its event. */
    private byte[] openId = {};

    private int openIdLength;
    /** The type of the open event, empty for {@code message}. */
    private byte[] type = {};

    private int typeLength;

    public SseDecoder(SseEvents events) {
        this.events = events;
    }

    @Override
    public void body(byte[] buffer, int offset, int end) throws ProtocolViolation {
        int at = bomSeen < BOM.length ? skipBom(buffer, offset, end) : offset;
        int lineStart = at;
        for (; at < end; at++) {
            byte b = buffer[at];
            if (b == '\n' && afterCr) {
                afterCr = false;
                lineStart = at + 1;
            } else if (b == '\n' || b == '\r') {
                afterCr = b == '\r';
                line(buffer, lineStart, at);
                lineStart = at + 1;
            } else {
                afterCr = false;
            }
        }
        if (lineStart < end) {
            line.append(buffer, lineStart, end - lineStart);
        }
        keepData(buffer);
    }

    /** Whether the event being handed on is of the type {@code name}. */
    public boolean typeIs(String name) {
        return typeLength == name.length() && named(type, 0, name);
    }

    /** What to send as {@code Last-Event-ID} when reconnecting; null when the server gave none. */
    public @Nullable String lastEventId() {
        return lastIdLength == 0 ? null : new String(lastId, 0, lastIdLength, StandardCharsets.UTF_8);
    }

    private int skipBom(byte[] buffer, int offset, int end) throws ProtocolViolation {
        int at = offset;
        while (at < end && bomSeen < BOM.length) {
            if (buffer[at] != BOM[bomSeen]) {
                line.append(BOM, 0, bomSeen);
                bomSeen = BOM.length;
                return at;
            }
            at++;
            bomSeen++;
        }
        return at;
    }

    /** One line, its end taken off: from {@code from} up to {@code to}, after what earlier slices left in {@link #line}. */
    private void line(byte[] buffer, int from, int to) throws ProtocolViolation {
        if (line.isEmpty()) {
            if (from == to) {
                dispatch(buffer);
            } else {
                field(buffer, from, to, true);
            }
            return;
        }
        line.append(buffer, from, to - from);
        field(line.bytes(), 0, line.length(), false);
        line.clear();
    }

    private void field(byte[] b, int from, int to, boolean inSlice) throws ProtocolViolation {
        int colon = from;
        while (colon < to && b[colon] != ':') {
            colon++;
        }
        if (colon == from) {
            events.comment();
            return;
        }
        int value = colon < to && colon + 1 < to && b[colon + 1] == ' ' ? colon + 2 : Math.min(colon + 1, to);
        int nameLength = colon - from;
        if (nameLength == 4 && b[from] == 'd' && named(b, from, "data")) {
            data(b, value, to, inSlice);
        } else if (nameLength == 2 && named(b, from, "id")) {
            id(b, value, to);
        } else if (nameLength == 5 && named(b, from, "event")) {
            typeLength = to - value;
            type = typeLength > type.length ? new byte[typeLength] : type;
            System.arraycopy(b, value, type, 0, typeLength);
        } else if (nameLength == 5 && named(b, from, "retry")) {
            long millis = number(b, value, to, true);
            if (millis >= 0) {
                events.retry(millis);
            }
        }
    }

    private void data(byte[] b, int from, int to, boolean inSlice) throws ProtocolViolation {
        if (hasData) {
            if (sliceFrom >= 0) {
                data.append(b, sliceFrom, sliceEnd - sliceFrom);
                sliceFrom = -1;
            }
            data.append(new byte[] {'\n'}, 0, 1);
            data.append(b, from, to - from);
        } else if (inSlice) {
            sliceFrom = from;
            sliceEnd = to;
        } else {
            data.append(b, from, to - from);
        }
        hasData = true;
    }

    /** The slice ends here: data that still lies in it must be kept for the next. */
    private void keepData(byte[] buffer) throws ProtocolViolation {
        if (sliceFrom >= 0) {
            data.append(buffer, sliceFrom, sliceEnd - sliceFrom);
            sliceFrom = -1;
        }
    }

    private void id(byte[] b, int from, int to) {
        for (int i = from; i < to; i++) {
            if (b[i] == 0) {
                return;
            }
        }
        openIdLength = to - from;
        if (openId.length < openIdLength) {
            openId = new byte[openIdLength + 8];
        }
        System.arraycopy(b, from, openId, 0, openIdLength);
        long number = number(b, from, to, false);
        eventId = number >= 0 ? number : openIdLength == 0 ? SseEvents.NO_ID : SseEvents.OPAQUE_ID;
    }

    private void dispatch(byte[] buffer) throws ProtocolViolation {
        long id = eventId;
        eventId = NONE;
        if (lastId.length < openIdLength) {
            lastId = new byte[openId.length];
        }
        System.arraycopy(openId, 0, lastId, 0, openIdLength);
        lastIdLength = openIdLength;
        if (hasData) {
            hasData = false;
            handOn(buffer, id);
        }
        typeLength = 0;
    }

    private void handOn(byte[] buffer, long id) throws ProtocolViolation {
        if (sliceFrom >= 0) {
            int from = sliceFrom;
            sliceFrom = -1;
            events.event(buffer, from, sliceEnd, id);
        } else {
            events.event(data.bytes(), 0, data.length(), id);
            data.clear();
        }
    }

    private static boolean named(byte[] b, int from, String name) {
        for (int i = 0; i < name.length(); i++) {
            if (b[from + i] != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** A decimal number of at most 18 digits, or -1. Without {@code leadingZeros} only the canonical form counts. */
    private static long number(byte[] b, int from, int to, boolean leadingZeros) {
        if (from == to || to - from > 18 || (!leadingZeros && b[from] == '0' && to - from > 1)) {
            return NONE;
        }
        long value = 0;
        for (int i = from; i < to; i++) {
            int digit = b[i] - '0';
            if (digit < 0 || digit > 9) {
                return NONE;
            }
            value = value * 10 + digit;
        }
        return value;
    }
}
