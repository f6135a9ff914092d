package dev.fanfare.gateway.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.gateway.DocsFolder;
import dev.fanfare.gateway.config.ConfigException;
import dev.fanfare.gateway.config.Setting;
import java.io.IOException;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ConfigurationReferenceTest {
    private static final String HEAD = "| key | default | allowed | meaning |\n|---|---|---|---|\n";

    @Test
    void theReferenceHoldsExactlyTheSettingsTheGatewayReads() throws ConfigException, IOException {
        String right = GatewayConfig.load(null, Map.of(), Map.of()).documented().stream()
                .filter(setting -> !setting.key().startsWith("namespaces.")) // those repeat channels.*
                .map(ConfigurationReferenceTest::row)
                .collect(Collectors.joining("\n", HEAD, "\n"));

        assertThat(DocsFolder.tableOf("configuration.md"))
                .withFailMessage("docs/configuration.md does not hold this table; paste it:%n%n%s", right)
                .isEqualTo(right);
    }

    private static String row(Setting setting) {
        String standard = setting.standard().isEmpty() ? "" : "`" + setting.standard() + "`";
        return "| `%s` | %s | %s | %s |".formatted(setting.key(), standard, setting.allowed(), setting.meaning());
    }
}
