package dev.fanfare.load.wire;

/** Is it UTF-8 (RFC 3629: no overlong form, no surrogate, nothing above U+10FFFF)? */
final class Utf8 {
    private Utf8() {}

    static boolean valid(byte[] b, int offset, int end) {
        int at = offset;
        while (at < end) {
            int lead = b[at++];
            if (lead >= 0) {
                continue;
            }
            lead &= 0xff;
            int more = lead < 0xC2 ? -1 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : lead < 0xF5 ? 3 : -1;
            if (more < 0 || end - at < more || !firstContinuation(lead, b[at] & 0xff)) {
                return false;
            }
            for (int i = 1; i < more; i++) {
                if ((b[at + i] & 0xC0) != 0x80) {
                    return false;
                }
            }
            at += more;
        }
        return true;
    }

    /** The second byte's range depends on the first: that is where overlong forms and surrogates are caught. */
    private static boolean firstContinuation(int lead, int second) {
        int low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
        int high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
        return second >= low && second <= high;
    }
}
