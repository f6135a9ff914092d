package dev.fanfare.load.wire;

/**
 * Checks that a payload is one JSON object with an integer {@code seq} and an integer {@code ts}, each once, and reads the two.
 * Allocates nothing. One event loop only.
 */
final class TickParser implements JsonScanner.Members {
    private final JsonScanner scanner = new JsonScanner(this);
    private byte[] json = new byte[0];
    private long seq;
    private long ts;

    /** Whether the bytes from {@code offset} up to {@code end} are such an object; {@link #seq()} and {@link #ts()} then hold. */
    boolean parse(byte[] bytes, int offset, int end) {
        json = bytes;
        seq = -1;
        ts = -1;
        return scanner.scan(bytes, offset, end) && seq >= 0 && ts >= 0;
    }

    /** The tick's number. */
    long seq() {
        return seq;
    }

    /** When the tick was made, in epoch milliseconds. */
    long ts() {
        return ts;
    }

    @Override
    public boolean member(int key, int keyEnd, int value, int valueEnd) {
        if (JsonScanner.named(json, key, keyEnd, "seq")) {
            boolean once = seq < 0;
            seq = JsonScanner.integer(json, value, valueEnd);
            return once && seq >= 0;
        }
        if (JsonScanner.named(json, key, keyEnd, "ts")) {
            boolean once = ts < 0;
            ts = JsonScanner.integer(json, value, valueEnd);
            return once && ts >= 0;
        }
        return true;
    }
}
