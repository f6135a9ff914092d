package dev.fanfare.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** Checks how much memory an input makes us allocate. The calling thread only. */
public final class Frugal {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    /** The first call of anything loads classes, which is paid once. */
    private static final int WARM = 3;

    /** Paranoid leak detection notes a stack trace wherever a buffer goes, more of it on JDK 25; under jazzer its checks allocate as well. */
    private static final int ALLOWANCE = Integer.getInteger("fuzz.allowance", 2);

    /** What an input is given to. */
    @FunctionalInterface
    public interface Step {
        void run() throws Exception;
    }

    private Frugal() {}

    /** Runs {@code step}, which must not allocate more than {@code bytes}; may run it again, if it does. */
    public static void within(long bytes, Step step) throws Exception {
        long used = Long.MAX_VALUE;
        for (int i = 0; i < WARM && used > bytes * ALLOWANCE; i++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            step.run();
            used = THREADS.getCurrentThreadAllocatedBytes() - before;
        }
        assertThat(used).as("bytes allocated").isLessThanOrEqualTo(bytes * ALLOWANCE);
    }
}
