package dev.fanfare.load.wire;

import java.nio.charset.StandardCharsets;

/**
 * Reads what became of a publication: {@code {"result":{"offset","epoch"}}} or {@code {"error":{"code","message"}}}. One event loop
 * only.
 */
public final class Outcome implements JsonScanner.Members {
    private final JsonScanner scanner = new JsonScanner(this);
    private byte[] json = new byte[0];
    private long offset;
    private String epoch = "";
    private long code;
    private String message = "";
    private int innerFrom;
    private int innerEnd;
    private boolean inner;
    private boolean failed;

    /** Whether the bytes from {@code from} up to {@code to} are such a reply; what it says then stands below. */
    public boolean parse(byte[] bytes, int from, int to) {
        json = bytes;
        offset = -1;
        code = -1;
        message = "";
        innerFrom = -1;
        inner = false;
        failed = false;
        if (!scanner.scan(bytes, from, to) || innerFrom < 0) {
            return false;
        }
        inner = true;
        return scanner.scan(bytes, innerFrom, innerEnd) && (failed ? code >= 0 : offset >= 0);
    }

    @Override
    public boolean member(int key, int keyEnd, int value, int valueEnd) {
        if (!inner) {
            boolean error = JsonScanner.named(json, key, keyEnd, "error");
            if (error || JsonScanner.named(json, key, keyEnd, "result")) {
                failed = error;
                innerFrom = value;
                innerEnd = valueEnd;
            }
        } else if (JsonScanner.named(json, key, keyEnd, "offset")) {
            offset = JsonScanner.integer(json, value, valueEnd);
        } else if (JsonScanner.named(json, key, keyEnd, "code")) {
            code = JsonScanner.integer(json, value, valueEnd);
        } else if (JsonScanner.named(json, key, keyEnd, "message")) {
            message = text(value + 1, valueEnd - 1);
        } else if (JsonScanner.named(json, key, keyEnd, "epoch")) {
            readEpoch(value + 1, valueEnd - 1);
        }
        return true;
    }

    private void readEpoch(int from, int to) {
        boolean same = to - from == epoch.length();
        for (int i = 0; same && i < epoch.length(); i++) {
            same = json[from + i] == epoch.charAt(i);
        }
        if (!same) {
            epoch = text(from, to);
        }
    }

    private String text(int from, int to) {
        return new String(json, from, Math.max(0, to - from), StandardCharsets.UTF_8);
    }

    /** Whether it was not published. */
    public boolean failed() {
        return failed;
    }

    /** Its place in the channel. */
    public long offset() {
        return offset;
    }

    /** The epoch of its place; the same string as long as it is the same epoch. */
    public String epoch() {
        return epoch;
    }

    /** Why it was not published: the gateway's code. */
    public long code() {
        return code;
    }

    /** Why it was not published, in words. */
    public String message() {
        return message;
    }
}
