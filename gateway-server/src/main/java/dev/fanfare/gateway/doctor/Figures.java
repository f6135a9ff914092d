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

    /** Sets a kernel parameter now and at every boot. */
    static List<String> sysctl(String key, String value) {
        return List.of(
                "sysctl -w " + key + "=\"" + value + "\"",
                "echo '" + key + " = " + value + "' >> /etc/sysctl.d/60-fanfare.conf");
    }

    static List<String> sysctl(String key, long value) {
        return List.of(
                "sysctl -w " + key + "=" + value,
                "echo '" + key + " = " + value + "' >> /etc/sysctl.d/60-fanfare.conf");
    }
}
