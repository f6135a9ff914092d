package dev.fanfare.gateway.address;

import java.net.InetAddress;
import java.util.Arrays;

/**
 * Who counts as one client when connections are counted by address: an IPv4 address, or the 64 bits of an IPv6 address that
 * are one network, because whoever has one of those addresses has all of them. Stateless; any thread.
 */
public final class AddressKey {
    /** Of all whose address a trusted proxy has made unreadable: together they are one client. No address has this one. */
    public static final long UNREADABLE = -1;

    private static final int IPV4 = 4;
    private static final int MAPPED = 12;
    private static final byte[] MAPPED_PREFIX = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1};

    private AddressKey() {}

    /** IPv4 addresses fall into what is {@code ::/32} of IPv6, which nobody has. */
    public static long of(InetAddress address) {
        byte[] bytes = bytes(address);
        long key = 0;
        for (int i = 0; i < Math.min(bytes.length, Long.BYTES); i++) {
            key = (key << Byte.SIZE) | (bytes[i] & 0xff);
        }
        return key;
    }

    /** As a person reads it. */
    public static String describe(long key) {
        if (key == UNREADABLE) {
            return "somebody whose address a trusted proxy has made unreadable";
        }
        if (key >>> Integer.SIZE == 0) {
            return "%d.%d.%d.%d".formatted((key >> 24) & 0xff, (key >> 16) & 0xff, (key >> 8) & 0xff, key & 0xff);
        }
        return "%x:%x:%x:%x::/64".formatted(key >>> 48, (key >> 32) & 0xffff, (key >> 16) & 0xffff, key & 0xffff);
    }

    /** Of an IPv4 address four, whatever it came as. */
    static byte[] bytes(InetAddress address) {
        byte[] bytes = address.getAddress();
        boolean mapped = bytes.length > IPV4 && Arrays.equals(bytes, 0, MAPPED, MAPPED_PREFIX, 0, MAPPED);
        return mapped ? Arrays.copyOfRange(bytes, MAPPED, bytes.length) : bytes;
    }
}
