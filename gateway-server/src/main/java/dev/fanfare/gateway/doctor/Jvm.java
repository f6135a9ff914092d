package dev.fanfare.gateway.doctor;

import dev.fanfare.gateway.metrics.JvmMemory;

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
        return new Jvm(
                Runtime.version().feature(),
                JvmMemory.heapMax(),
                JvmMemory.directMax(),
                Runtime.getRuntime().availableProcessors());
    }
}
