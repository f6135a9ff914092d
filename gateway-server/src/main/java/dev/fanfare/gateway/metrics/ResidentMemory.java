package dev.fanfare.gateway.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Memory of this process as the kernel counts it, under the usual name, which Micrometer lacks; on Linux only. Any thread. */
final class ResidentMemory {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String LINE = "VmRSS:";

    private ResidentMemory() {}

    static void bindTo(MeterRegistry registry) {
        if (Files.isReadable(STATUS)) {
            Gauge.builder("process.resident.memory", () -> bytes(STATUS))
                    .description("Resident memory of the process.")
                    .baseUnit("bytes")
                    .register(registry);
        }
    }

    /** What {@code status} says, or NaN. */
    static double bytes(Path status) {
        try {
            return parse(Files.readAllLines(status));
        } catch (IOException gone) {
            return Double.NaN;
        }
    }

    /** {@code VmRSS:     52416 kB}. */
    private static double parse(List<String> lines) {
        for (String line : lines) {
            if (line.startsWith(LINE) && line.endsWith("kB")) {
                return Double.parseDouble(line.substring(LINE.length(), line.length() - 2)) * 1024;
            }
        }
        return Double.NaN;
    }
}
