package dev.fanfare.gateway.observe;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** File descriptors of this process, as the JVM sees them. Any thread but an event loop: reading them reads /proc. */
public final class OpenFiles {
    private OpenFiles() {}

    /** How many this process may open; {@link Long#MAX_VALUE} where that cannot be known. */
    public static long limit() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getMaxFileDescriptorCount()
                : Long.MAX_VALUE;
    }

    /** How many more this process may open. */
    public static long left() {
        return limit() - open();
    }

    /** How many are open; 0 where that cannot be known. */
    public static long open() {
        if (!(ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix)) {
            return 0;
        }
        try {
            return unix.getOpenFileDescriptorCount();
        } catch (InternalError noneLeft) { // counting them opens a directory
            return unix.getMaxFileDescriptorCount();
        }
    }
}
