package dev.fanfare.load.scenario;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** CPU time of this process from one look to the next: all threads, the JIT and the collector included. One thread. */
final class CpuLap {
    private final OperatingSystemMXBean os = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    private long last = os.getProcessCpuTime();

    /** Nanoseconds used since the last call, or since this was made. */
    long nanos() {
        long now = os.getProcessCpuTime();
        long lap = now - last;
        last = now;
        return lap;
    }
}
