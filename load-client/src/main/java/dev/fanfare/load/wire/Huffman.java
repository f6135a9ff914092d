package dev.fanfare.load.wire;

/**
 * The string code of HPACK (RFC 7541 §5.2, Appendix B). Its code is canonical: codes of one length are consecutive, in the order of
 * their symbols, so that the lengths are the whole table. Any thread.
 */
final class Huffman {
    /** Length of each symbol's code, from byte 0 to 255 and EOS, in base 36. */
    private static final String LENGTHS = "dnsssssssoussussssssssusssssssss6aacd68baa8b8666555666666678f6ca"
            + "d67777777777777777777777878djde6f56565666577666567655677777fbeds"
            + "kmkkmmmnmnnnnnonoomnonnnnlmnmnnomlkmmnnlnmmolmnnllmlnmnnkmmmnmmn"
            + "qqkjmnmpqqqrrqopjlqrrqrollqqsrrrkoklmllnmmppooqnqrqqrrrrrsrrrrrqu";

    private static final int SHORTEST = 5;
    private static final int LONGEST = 30;
    private static final int EOS = 256;

    /** Symbols in the order of their codes. */
    private static final short[] SYMBOLS = new short[EOS + 1];
    /** By length: the first code that is longer, aligned to the left; what stands below it has this length or less. */
    private static final int[] END = new int[LONGEST + 1];
    /** By length: what to add to a code of this length to get its place in {@link #SYMBOLS}. */
    private static final int[] BASE = new int[LONGEST + 1];

    static {
        int code = 0;
        int place = 0;
        for (int length = 1; length <= LONGEST; length++) {
            code <<= 1;
            BASE[length] = place - code;
            for (int symbol = 0; symbol <= EOS; symbol++) {
                if (Character.digit(LENGTHS.charAt(symbol), 36) == length) {
                    SYMBOLS[place++] = (short) symbol;
                    code++;
                }
            }
            END[length] = code << (LONGEST - length);
        }
    }

    private Huffman() {}

    /** The text of the bytes from {@code from} up to {@code to}, one character a byte. */
    static String decode(byte[] bytes, int from, int to) throws ProtocolViolation {
        StringBuilder text = new StringBuilder((to - from) * 8 / SHORTEST);
        long bits = 0;
        int count = 0;
        int at = from;
        while (true) {
            while (count < LONGEST && at < to) {
                bits = (bits << 8) | (bytes[at++] & 0xff);
                count += 8;
            }
            // what is missing at the end is filled with ones: the padding must be the beginning of EOS anyway
            int missing = LONGEST - count;
            long next = missing <= 0 ? bits >>> -missing : (bits << missing) | ((1L << missing) - 1);
            int window = (int) next & ((1 << LONGEST) - 1);
            int length = SHORTEST;
            while (length < LONGEST && window >= END[length]) {
                length++;
            }
            if (length > count) {
                checkPadding(bits, count);
                return text.toString();
            }
            int symbol = SYMBOLS[(window >>> (LONGEST - length)) + BASE[length]];
            if (symbol == EOS) {
                throw new ProtocolViolation("HPACK: EOS within a string");
            }
            text.append((char) symbol);
            count -= length;
            bits &= (1L << count) - 1;
        }
    }

    private static void checkPadding(long bits, int count) throws ProtocolViolation {
        if (count > 7 || bits != (1L << count) - 1) {
            throw new ProtocolViolation("HPACK: wrong padding of a string");
        }
    }
}
