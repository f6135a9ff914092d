package dev.fanfare.gateway.doctor;

import java.util.List;
import java.util.Locale;

/** How the report writes numbers and commands. */
final class Figures {
    private static final long MIB = 1L << 20;
    /** Round up to this, so that a fix is a figure a person would type. */
    private static final long STEP = 1024;

    private Figures() {}

    /** 100,000. */
    static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** 1,234 MiB, rounded up: a need must not look smaller than it is. */
    static String mebibytes(long bytes) {
        return count(toMebibytes(bytes)) + " MiB";
    }

    static long toMebibytes(long bytes) {
        return (bytes + MIB - 1) / MIB;
    }

    /** The next multiple of 1,024. */
    static long rounded(long number) {
        return (number + STEP - 1) / STEP * STEP;
    }

    /** What is written for a need: a round figure, but not less than {@code least}. */
    static long roomy(long need, long least) {
        return Math.max(rounded(need), least);
    }

    /** Sets a kernel parameter now and at every boot, in the file that ops/sysctl/apply.sh writes. */
    static List<String> sysctl(String key, String value) {
        String quoted = value.indexOf(' ') < 0 ? value : '"' + value + '"';
        return List.of(
                "sysctl -w " + key + "=" + quoted,
                "echo '" + key + " = " + value + "' >> /etc/sysctl.d/99-fanfare.conf");
    }

    static List<String> sysctl(String key, long value) {
        return sysctl(key, Long.toString(value));
    }
}
