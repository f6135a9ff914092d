package dev.fanfare.load.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The data of the publications a run makes: {@code {"run":…,"c":channel,"n":number,"ts":made,"pad":"…"}}, of a fixed length. The
 * pad is a piece of a table of random characters, and which piece follows from the four numbers: whoever has the bytes can tell
 * whether they are as they were published, and nothing has to be remembered. One event loop only.
 */
public final class Content {
    /** The shortest data that holds the numbers at their longest and some pad. */
    public static final int SHORTEST = 128;

    /** The longest; well below what a request may hold by default. */
    public static final int LONGEST = 32 * 1024;

    private static final int PIECES = 1 << 16;
    private static final byte[] TABLE = table();
    private static final byte[] RUN = "{\"run\":".getBytes(US_ASCII);
    private static final byte[] CHANNEL = ",\"c\":".getBytes(US_ASCII);
    private static final byte[] NUMBER = ",\"n\":".getBytes(US_ASCII);
    private static final byte[] TS = ",\"ts\":".getBytes(US_ASCII);
    private static final byte[] PAD = ",\"pad\":\"".getBytes(US_ASCII);

    private final int length;
    private byte[] bytes = new byte[0];
    private int at;
    private int end;
    private long run;
    private long channel;
    private long number;
    private long ts;

    /** Content of {@code length} bytes, from {@link #SHORTEST} to {@link #LONGEST}. */
    public Content(int length) {
        this.length = length;
    }

    private static byte[] table() {
        byte[] letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_".getBytes(US_ASCII);
        byte[] table = new byte[PIECES + LONGEST];
        SplittableRandom random = new SplittableRandom(20_261_121);
        for (int i = 0; i < table.length; i++) {
            table[i] = letters[random.nextInt(letters.length)];
        }
        return table;
    }

    /** Writes a publication into {@code into}: {@code numbers} are run, channel, number and time. Returns where it ends. */
    public int write(byte[] into, int offset, long[] numbers) {
        at = put(into, offset, RUN, numbers[0]);
        at = put(into, at, CHANNEL, numbers[1]);
        at = put(into, at, NUMBER, numbers[2]);
        at = put(into, at, TS, numbers[3]);
        System.arraycopy(PAD, 0, into, at, PAD.length);
        at += PAD.length;
        int pad = length - (at - offset) - 2;
        System.arraycopy(TABLE, piece(numbers[0], numbers[1], numbers[2], numbers[3]), into, at, pad);
        at += pad;
        into[at++] = '"';
        into[at++] = '}';
        return at;
    }

    private static int put(byte[] into, int offset, byte[] name, long value) {
        System.arraycopy(name, 0, into, offset, name.length);
        int digits = 1;
        for (long rest = value / 10; rest > 0; rest /= 10) {
            digits++;
        }
        int last = offset + name.length + digits;
        long rest = value;
        for (int i = last - 1; i >= last - digits; i--) {
            into[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        return last;
    }

    /**
     * Whether the bytes from {@code from} up to {@code to} are, but for their length, what a run wrote; the numbers below are then its
     * own.
     */
    public boolean read(byte[] received, int from, int to) {
        bytes = received;
        at = from;
        end = to;
        run = take(RUN);
        channel = take(CHANNEL);
        number = take(NUMBER);
        ts = take(TS);
        int pad = at + PAD.length;
        int padEnd = to - 2;
        return run >= 0
                && channel >= 0
                && number >= 0
                && ts >= 0
                && padEnd >= pad
                && padEnd - pad <= LONGEST
                && Arrays.equals(received, at, pad, PAD, 0, PAD.length)
                && matchesTable(pad, padEnd)
                && received[padEnd] == '"'
                && received[padEnd + 1] == '}';
    }

    private boolean matchesTable(int pad, int padEnd) {
        int piece = piece(run, channel, number, ts);
        return Arrays.equals(bytes, pad, padEnd, TABLE, piece, piece + padEnd - pad);
    }

    /** The number after {@code name}; -1 if something else stands here. */
    private long take(byte[] name) {
        int from = at + name.length;
        if (at < 0 || from >= end || !Arrays.equals(bytes, at, from, name, 0, name.length)) {
            at = -1;
            return -1;
        }
        int to = from;
        while (to < end && bytes[to] >= '0' && bytes[to] <= '9') {
            to++;
        }
        at = to;
        return JsonScanner.integer(bytes, from, to);
    }

    private static int piece(long run, long channel, long number, long ts) {
        long mixed = ((run * 31 + channel) * 0x9E3779B97F4A7C15L + number) * 0xBF58476D1CE4E5B9L + ts;
        mixed = (mixed ^ (mixed >>> 29)) * 0x94D049BB133111EBL;
        return (int) (mixed >>> 40) & (PIECES - 1);
    }

    /** The run that made it. */
    public long run() {
        return run;
    }

    /** The number of its channel. */
    public long channel() {
        return channel;
    }

    /** Its number within the channel and the run, from 1. */
    public long number() {
        return number;
    }

    /** When it was due to be published, in epoch milliseconds. */
    public long ts() {
        return ts;
    }
}
