package dev.fanfare.gateway.doctor;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;

/**
 * What the running JVM allows itself. The gateway gets the same when it is started with the same flags, which is why the doctor
 * has to be started with them too.
 *
 * @param release the feature release, such as 17
 * @param maxHeap most bytes of heap
 * @param maxDirect most bytes of direct memory
 * @param processors what the JVM takes the number of processors to be, and so the default number of workers
 */
record Jvm(int release, long maxHeap, long maxDirect, int processors) {

    static Jvm running() {
        Runtime runtime = Runtime.getRuntime();
        return new Jvm(
                Runtime.version().feature(), runtime.maxMemory(), maxDirect(runtime), runtime.availableProcessors());
    }

    /** 0, the default, means as much as the heap. A JVM other than HotSpot has no such bean and mostly the same rule. */
    private static long maxDirect(Runtime runtime) {
        long flag = 0;
        try {
            HotSpotDiagnosticMXBean bean = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
            if (bean != null) {
                flag = Long.parseLong(bean.getVMOption("MaxDirectMemorySize").getValue());
            }
        } catch (IllegalArgumentException e) {
            flag = 0;
        }
        return flag > 0 ? flag : runtime.maxMemory();
    }
}
