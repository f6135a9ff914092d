package dev.fanfare.gateway.tls;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/**
 * As much of DER (X.690) as it takes to put the two traditional forms of a private key, PKCS#1 and SEC 1, into PKCS#8, which
 * is all that the JDK reads. cert-manager and acme.sh write the traditional ones.
 */
final class Der {
    private static final int INTEGER = 0x02;
    private static final int OCTETS = 0x04;
    private static final int SEQUENCE = 0x30;
    private static final int CONTEXT_0 = 0xa0;
    /** {@code AlgorithmIdentifier} of rsaEncryption, 1.2.840.113549.1.1.1. */
    private static final byte[] RSA = {
        0x30, 0x0d, 6, 9, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 1, 1, 1, 5, 0
    };
    /** id-ecPublicKey, 1.2.840.10045.2.1. */
    private static final byte[] EC = {6, 7, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 2, 1};

    private static final byte[] VERSION_0 = {INTEGER, 1, 0};

    private Der() {}

    /** An RSA key of RFC 8017 A.1.2. */
    static byte[] ofRsa(byte[] key) {
        return pkcs8(RSA, key);
    }

    /**
     * A key of RFC 5915.
     *
     * @throws IllegalArgumentException if it does not name its curve
     */
    static byte[] ofEc(byte[] key) {
        try {
            int[] at = {0};
            byte[] members = content(key, SEQUENCE, at);
            at[0] = 0;
            content(members, INTEGER, at);
            content(members, OCTETS, at);
            byte[] curve = content(members, CONTEXT_0, at);
            return pkcs8(element(SEQUENCE, EC, curve), key);
        } catch (IndexOutOfBoundsException cut) {
            throw new IllegalArgumentException("it ends too early", cut);
        }
    }

    private static byte[] pkcs8(byte[] algorithm, byte[] key) {
        return element(SEQUENCE, VERSION_0, algorithm, element(OCTETS, key));
    }

    private static byte[] element(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        ByteArrayOutputStream element = new ByteArrayOutputStream();
        element.write(tag);
        int length = content.size();
        if (length < 0x80) {
            element.write(length);
        } else if (length <= 0xff) {
            element.write(0x81);
            element.write(length);
        } else {
            element.write(0x82);
            element.write(length >> 8);
            element.write(length);
        }
        element.writeBytes(content.toByteArray());
        return element.toByteArray();
    }

    /** The content of the element at {@code at[0]}, which moves behind it. */
    private static byte[] content(byte[] der, int tag, int[] at) {
        if ((der[at[0]++] & 0xff) != tag) {
            throw new IllegalArgumentException("it does not name its curve");
        }
        int length = der[at[0]++] & 0xff;
        if (length >= 0x80) {
            int count = length & 0x7f;
            length = 0;
            while (count-- > 0) {
                length = (length << 8) | (der[at[0]++] & 0xff);
            }
        }
        if (length < 0 || length > der.length - at[0]) {
            throw new IndexOutOfBoundsException(length);
        }
        at[0] += length;
        return Arrays.copyOfRange(der, at[0] - length, at[0]);
    }
}
