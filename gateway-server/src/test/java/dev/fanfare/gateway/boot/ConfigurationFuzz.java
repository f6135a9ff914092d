package dev.fanfare.gateway.boot;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.fanfare.gateway.Frugal;
import dev.fanfare.gateway.config.ConfigException;
import dev.fanfare.gateway.config.Given;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Configuration files: read, or refused with words; never anything else. */
class ConfigurationFuzz {
    private static final Path FILE = file();

    @FuzzTest(maxDuration = "2m")
    void file(byte[] input) throws Exception {
        Files.write(FILE, input);
        Frugal.within(4 * 1024 * 1024 + 2_000L * input.length, () -> {
            try {
                requireSame(GatewayConfig.load(FILE, Map.of(), Map.of()));
            } catch (ConfigException refused) {
                assertThat(refused.problems())
                        .isNotEmpty()
                        .allSatisfy(problem -> assertThat(problem).isNotBlank());
            }
        });
    }

    /** What a configuration says of itself makes the same one again. */
    private static void requireSame(GatewayConfig config) throws ConfigException {
        Map<String, Given> flags = new LinkedHashMap<>();
        config.documented().stream()
                .filter(setting -> !setting.current().equals("(set)"))
                .filter(setting -> !setting.current().isEmpty())
                .forEach(setting -> flags.put(setting.key(), new Given(setting.current(), "again")));
        GatewayConfig again = GatewayConfig.load(null, Map.of(), flags);
        assertThat(parts(again)).usingRecursiveComparison().isEqualTo(parts(config));
    }

    private static List<Object> parts(GatewayConfig config) {
        return List.of(
                config.server(),
                config.ticker(),
                config.http(),
                config.hub(),
                config.channels(),
                config.engine(),
                config.limits(),
                config.origins(),
                config.drain());
    }

    private static Path file() {
        try {
            Path file = Files.createTempFile("fuzz", ".yml");
            file.toFile().deleteOnExit();
            return file;
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }
}
