package dev.fanfare.load.wire;

/**
 * Checks that a payload is one JSON object (RFC 8259) with an integer {@code seq} and an integer {@code ts}, and reads the two.
 * Allocates nothing. One event loop only.
 */
final class TickParser {
    private static final int MAX_DEPTH = 32;
    private static final int BAD = -1;

    private byte[] json = new byte[0];
    private int end;
    private long seq;
    private long ts;

    /** Whether the bytes from {@code offset} up to {@code end} are such an object; {@link #seq()} and {@link #ts()} then hold. */
    boolean parse(byte[] bytes, int offset, int end) {
        this.json = bytes;
        this.end = end;
        seq = -1;
        ts = -1;
        int at = space(offset);
        if (at >= end || bytes[at] != '{') {
            return false;
        }
        at = object(at, 1);
        return at >= 0 && space(at) == end && seq >= 0 && ts >= 0;
    }

    /** The tick's number. */
    long seq() {
        return seq;
    }

    /** When the tick was made, in epoch milliseconds. */
    long ts() {
        return ts;
    }

    private int object(int from, int depth) {
        int at = space(from + 1);
        if (at < end && json[at] == '}') {
            return at + 1;
        }
        while (true) {
            int keyEnd = string(at);
            int colon = keyEnd < 0 ? end : space(keyEnd);
            if (colon >= end || json[colon] != ':') {
                return BAD;
            }
            int value = space(colon + 1);
            int valueEnd = value(value, depth);
            if (valueEnd < 0 || (depth == 1 && !known(at, keyEnd, value, valueEnd))) {
                return BAD;
            }
            at = space(valueEnd);
            if (at >= end || (json[at] != ',' && json[at] != '}')) {
                return BAD;
            }
            if (json[at] == '}') {
                return at + 1;
            }
            at = space(at + 1);
        }
    }

    private int array(int from, int depth) {
        int at = space(from + 1);
        if (at < end && json[at] == ']') {
            return at + 1;
        }
        while (true) {
            int valueEnd = value(at, depth);
            at = valueEnd < 0 ? end : space(valueEnd);
            if (at >= end || (json[at] != ',' && json[at] != ']')) {
                return BAD;
            }
            if (json[at] == ']') {
                return at + 1;
            }
            at = space(at + 1);
        }
    }

    private int value(int at, int depth) {
        if (at >= end || depth > MAX_DEPTH) {
            return BAD;
        }
        return switch (json[at]) {
            case '{' -> object(at, depth + 1);
            case '[' -> array(at, depth + 1);
            case '"' -> string(at);
            case 't' -> literal(at, "true");
            case 'f' -> literal(at, "false");
            case 'n' -> literal(at, "null");
            default -> number(at);
        };
    }

    /** Takes {@code seq} and {@code ts}; each must be a non-negative integer and come once. */
    private boolean known(int key, int keyEnd, int value, int valueEnd) {
        if (keyEnd - key == 5 && json[key + 1] == 's' && json[key + 2] == 'e' && json[key + 3] == 'q') {
            boolean once = seq < 0;
            seq = integer(value, valueEnd);
            return once && seq >= 0;
        }
        if (keyEnd - key == 4 && json[key + 1] == 't' && json[key + 2] == 's') {
            boolean once = ts < 0;
            ts = integer(value, valueEnd);
            return once && ts >= 0;
        }
        return true;
    }

    private long integer(int from, int to) {
        if (to - from > 18) {
            return BAD;
        }
        long number = 0;
        for (int i = from; i < to; i++) {
            int digit = json[i] - '0';
            if (digit < 0 || digit > 9) {
                return BAD;
            }
            number = number * 10 + digit;
        }
        return number;
    }

    private int string(int from) {
        if (from >= end || json[from] != '"') {
            return BAD;
        }
        int at = from + 1;
        while (at < end) {
            byte b = json[at++];
            if (b == '"') {
                return at;
            }
            if (b >= 0 && b < 0x20) {
                return BAD;
            }
            if (b == '\\') {
                at = escape(at);
                if (at < 0) {
                    return BAD;
                }
            }
        }
        return BAD;
    }

    private int escape(int at) {
        if (at >= end) {
            return BAD;
        }
        if (json[at] != 'u') {
            return "\"\\/bfnrt".indexOf(json[at]) >= 0 ? at + 1 : BAD;
        }
        for (int i = 1; i <= 4; i++) {
            if (at + i >= end || Character.digit(json[at + i], 16) < 0) {
                return BAD;
            }
        }
        return at + 5;
    }

    private int literal(int from, String word) {
        if (end - from < word.length()) {
            return BAD;
        }
        for (int i = 0; i < word.length(); i++) {
            if (json[from + i] != word.charAt(i)) {
                return BAD;
            }
        }
        return from + word.length();
    }

    private int number(int from) {
        int at = from < end && json[from] == '-' ? from + 1 : from;
        int whole = digits(at);
        if (whole == at || (json[at] == '0' && whole > at + 1)) {
            return BAD;
        }
        at = whole;
        if (at < end && json[at] == '.') {
            int fraction = digits(at + 1);
            if (fraction == at + 1) {
                return BAD;
            }
            at = fraction;
        }
        if (at < end && (json[at] == 'e' || json[at] == 'E')) {
            int sign = at + 1 < end && (json[at + 1] == '+' || json[at + 1] == '-') ? at + 2 : at + 1;
            int exponent = digits(sign);
            return exponent == sign ? BAD : exponent;
        }
        return at;
    }

    private int digits(int from) {
        int at = from;
        while (at < end && json[at] >= '0' && json[at] <= '9') {
            at++;
        }
        return at;
    }

    private int space(int from) {
        int at = from;
        while (at < end && (json[at] == ' ' || json[at] == '\n' || json[at] == '\r' || json[at] == '\t')) {
            at++;
        }
        return at;
    }
}
