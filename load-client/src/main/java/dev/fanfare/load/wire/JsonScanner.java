package dev.fanfare.load.wire;

/**
 * Checks that bytes are one JSON object (RFC 8259) and names its members, those of the object itself and none deeper. Allocates
 * nothing. One event loop only.
 */
final class JsonScanner {
    private static final int MAX_DEPTH = 32;
    private static final int BAD = -1;

    private final Members members;
    private byte[] json = new byte[0];
    private int end;

    /** Takes the members of an object, in their order. */
    interface Members {
        /**
         * One member: {@code key} is the offset of the key's opening quote, {@code keyEnd} one past its closing one; the value's
         * bytes are from {@code value} up to {@code valueEnd}.
         *
         * @return whether the object may have it
         */
        boolean member(int key, int keyEnd, int value, int valueEnd);
    }

    JsonScanner(Members members) {
        this.members = members;
    }

    /** Whether the bytes from {@code offset} up to {@code end} are an object, and all its members were taken. */
    boolean scan(byte[] bytes, int offset, int end) {
        this.json = bytes;
        this.end = end;
        int at = space(offset);
        if (at >= end || bytes[at] != '{') {
            return false;
        }
        at = object(at, 1);
        return at >= 0 && space(at) == end;
    }

    /** The non-negative integer that stands from {@code from} up to {@code to}, at most 18 digits; -1 if there is none. */
    static long integer(byte[] json, int from, int to) {
        if (from == to || to - from > 18) {
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

    /** Whether the key whose quotes stand at {@code key} and before {@code keyEnd} is {@code name}. */
    static boolean named(byte[] json, int key, int keyEnd, String name) {
        if (keyEnd - key != name.length() + 2) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            if (json[key + 1 + i] != name.charAt(i)) {
                return false;
            }
        }
        return true;
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
            if (valueEnd < 0 || (depth == 1 && !members.member(at, keyEnd, value, valueEnd))) {
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
