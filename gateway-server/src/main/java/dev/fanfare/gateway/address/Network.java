package dev.fanfare.gateway.address;

import java.net.InetAddress;
import java.util.Arrays;

/**
 * The addresses that share their first bits, as in {@code 10.0.0.0/8} or {@code 2001:db8::/32}. Immutable; any thread.
 */
final class Network {
    private final byte[] begin;
    private final int bits;

    private Network(byte[] begin, int bits) {
        this.begin = begin;
        this.bits = bits;
    }

    /**
     * Reads a network in CIDR notation, or a single address.
     *
     * @throws IllegalArgumentException if it is none, or if bits are set behind the prefix: then one of the two is a mistake
     */
    static Network parse(String text) {
        int slash = text.indexOf('/');
        InetAddress address = Literal.parse(slash < 0 ? text : text.substring(0, slash));
        if (address == null) {
            throw new IllegalArgumentException("no address: " + text);
        }
        byte[] begin = address.getAddress();
        int bits = slash < 0 ? begin.length * Byte.SIZE : bits(text.substring(slash + 1));
        if (bits > begin.length * Byte.SIZE) {
            throw new IllegalArgumentException("an address has not so many bits: " + text);
        }
        Network network = new Network(begin, bits);
        for (int i = bits; i < begin.length * Byte.SIZE; i++) {
            if ((begin[i / Byte.SIZE] & (0x80 >> (i % Byte.SIZE))) != 0) {
                throw new IllegalArgumentException("bits behind the prefix are set: " + text);
            }
        }
        return network;
    }

    private static int bits(String text) {
        if (text.isEmpty() || text.length() > 3 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new IllegalArgumentException("no prefix length: " + text);
        }
        return Integer.parseInt(text);
    }

    boolean contains(byte[] address) {
        if (address.length != begin.length) {
            return false;
        }
        int whole = bits / Byte.SIZE;
        if (!Arrays.equals(address, 0, whole, begin, 0, whole)) {
            return false;
        }
        int rest = bits % Byte.SIZE;
        return rest == 0 || (address[whole] ^ begin[whole]) >> (Byte.SIZE - rest) == 0;
    }
}
