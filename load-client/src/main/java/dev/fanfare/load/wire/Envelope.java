package dev.fanfare.load.wire;

import java.nio.charset.StandardCharsets;

/**
 * Reads what a stream of channels brings: {@code {"channel","offset","epoch","data"}}, or that something is missing for good
 * ({@code {"channel","gap":{"from","now"}}} on WebSocket, {@code {"channel","offset","epoch","now"}} in an SSE event of the type
 * {@code gap}). Members may come in any order; others are passed over. Allocates nothing for a publication. One event loop only.
 */
public final class Envelope implements JsonScanner.Members {
    private final JsonScanner scanner = new JsonScanner(this);
    private byte[] json = new byte[0];
    private int channelFrom;
    private int channelEnd;
    private long offset;
    private int epochFrom;
    private int epochEnd;
    private int dataFrom;
    private int dataEnd;
    private int nowFrom;
    private int nowEnd;
    private int gapFrom;
    private int gapEnd;
    private boolean clean;

    /** Whether the bytes from {@code from} up to {@code to} are an object that names a channel; what it says then stands below. */
    public boolean parse(byte[] bytes, int from, int to) {
        read(bytes, from, to);
        return clean && channelFrom >= 0;
    }

    private void read(byte[] bytes, int from, int to) {
        json = bytes;
        channelFrom = -1;
        offset = -1;
        epochFrom = -1;
        dataFrom = -1;
        nowFrom = -1;
        gapFrom = -1;
        clean = scanner.scan(bytes, from, to);
    }

    @Override
    public boolean member(int key, int keyEnd, int value, int valueEnd) {
        switch (json[key + 1]) {
            case 'c' -> {
                if (JsonScanner.named(json, key, keyEnd, "channel")) {
                    boolean once = channelFrom < 0;
                    channelFrom = value + 1;
                    channelEnd = valueEnd - 1;
                    return once && json[value] == '"';
                }
            }
            case 'o' -> {
                if (JsonScanner.named(json, key, keyEnd, "offset")) {
                    boolean once = offset < 0;
                    offset = JsonScanner.integer(json, value, valueEnd);
                    return once && offset >= 0;
                }
            }
            case 'e' -> {
                if (JsonScanner.named(json, key, keyEnd, "epoch")) {
                    boolean once = epochFrom < 0;
                    epochFrom = value + 1;
                    epochEnd = valueEnd - 1;
                    return once && json[value] == '"';
                }
            }
            case 'd' -> {
                if (JsonScanner.named(json, key, keyEnd, "data")) {
                    boolean once = dataFrom < 0;
                    dataFrom = value;
                    dataEnd = valueEnd;
                    return once;
                }
            }
            default -> rest(key, keyEnd, value, valueEnd);
        }
        return true;
    }

    private void rest(int key, int keyEnd, int value, int valueEnd) {
        if (json[value] != '{') {
            return;
        }
        if (JsonScanner.named(json, key, keyEnd, "now")) {
            nowFrom = value;
            nowEnd = valueEnd;
        } else if (JsonScanner.named(json, key, keyEnd, "gap")) {
            gapFrom = value;
            gapEnd = valueEnd;
        }
    }

    /** Whether it brings a publication with its place. */
    public boolean isPublication() {
        return dataFrom >= 0 && offset >= 0 && epochFrom >= 0;
    }

    /** Whether it says only where the subscriber stands. */
    public boolean isPosition() {
        return dataFrom < 0 && offset >= 0 && epochFrom >= 0;
    }

    /** Whether it is a gap as WebSockets are told of it. */
    public boolean hasGap() {
        return gapFrom >= 0;
    }

    /**
     * Turns to where a gap leaves the client: {@link #offset()} and the epoch are then those of {@code now}.
     *
     * @return whether the gap says so; it does not where the channel keeps nothing
     */
    public boolean toNow() {
        if (gapFrom >= 0) {
            read(json, gapFrom, gapEnd);
        }
        if (nowFrom < 0) {
            return false;
        }
        read(json, nowFrom, nowEnd);
        return clean && offset >= 0 && epochFrom >= 0;
    }

    /** The channel's number: what follows {@code prefix} in its name; -1 if the name is another. */
    public int channel(byte[] prefix) {
        int digits = channelFrom + prefix.length;
        if (digits >= channelEnd || channelEnd - digits > 9) {
            return -1;
        }
        for (int i = 0; i < prefix.length; i++) {
            if (json[channelFrom + i] != prefix[i]) {
                return -1;
            }
        }
        return json[digits] == '0' && channelEnd - digits > 1
                ? -1
                : (int) JsonScanner.integer(json, digits, channelEnd);
    }

    /** The place within the channel. */
    public long offset() {
        return offset;
    }

    /** Whether the epoch is {@code known}. */
    public boolean inEpoch(String known) {
        int length = epochEnd - epochFrom;
        if (length != known.length()) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (json[epochFrom + i] != known.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** The epoch as a string of its own. */
    public String epoch() {
        return new String(json, epochFrom, epochEnd - epochFrom, StandardCharsets.UTF_8);
    }

    /** Whether bytes that could not be parsed are at least text. */
    public static boolean isUtf8(byte[] bytes, int from, int to) {
        return Utf8.valid(bytes, from, to);
    }

    /** Where the data begins. */
    public int dataFrom() {
        return dataFrom;
    }

    /** Where the data ends. */
    public int dataEnd() {
        return dataEnd;
    }
}
