package dev.fanfare.gateway.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class ResidentMemoryTest {
    @TempDir
    private Path directory;

    @Test
    void kilobytesOfTheRightLineBecomeBytes() throws IOException {
        assertThat(bytesOf("Name:\tjava\nVmHWM:\t   90000 kB\nVmRSS:\t   52416 kB\nThreads:\t20\n"))
                .isEqualTo(52_416 * 1024.0);
    }

    @Test
    void whatCannotBeReadIsNotANumber() throws IOException {
        assertThat(bytesOf("Name:\tjava\n")).isNaN();
        assertThat(ResidentMemory.bytes(directory.resolve("none"))).isNaN();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void thisProcessHasAPlausibleSize() {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        ResidentMemory.bindTo(registry);

        assertThat(registry.scrape()).contains("\nprocess_resident_memory_bytes ");
        assertThat(registry.get("process.resident.memory").gauge().value()).isBetween(20e6, 20e9);
    }

    private double bytesOf(String status) throws IOException {
        return ResidentMemory.bytes(Files.writeString(directory.resolve("status"), status));
    }
}
