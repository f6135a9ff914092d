package dev.fanfare.gateway.boot;

import dev.fanfare.gateway.config.ConfigException;
import dev.fanfare.gateway.config.Given;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flags that {@code serve} and {@code check-config} share. A flag is stronger than environment and file. */
final class ConfigOptions {
    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "YAML file with settings; also FANFARE_CONFIG")
    @Nullable
    Path config;

    @Option(
            names = {"-p", "--port"},
            paramLabel = "N",
            description = "port to listen on (server.port, default 8080)")
    @Nullable
    String port;

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            description = "address to listen on (server.host, default 0.0.0.0)")
    @Nullable
    String host;

    @Option(
            names = {"-w", "--workers"},
            paramLabel = "N",
            description = "worker event loops (server.workers, default one per core)")
    @Nullable
    String workers;

    @Option(
            names = {"-i", "--interval"},
            paramLabel = "TIME",
            description = "time between two ticks, for example 250ms (ticker.interval, default 1s)")
    @Nullable
    String interval;

    @Option(names = "--seed", paramLabel = "N", description = "seed of the simulated prices (ticker.seed)")
    @Nullable
    String seed;

    @Option(
            names = "--transport",
            paramLabel = "NAME",
            description = "auto, epoll, io-uring or nio (server.transport, default auto)")
    @Nullable
    String transport;

    @Option(
            names = "--dev",
            description = "development: anyone may connect and subscribe, also with keys for tokens (auth.dev)")
    boolean dev;

    @Option(
            names = {"-s", "--set"},
            paramLabel = "KEY=VALUE",
            description = "any setting of docs/configuration.md; may be repeated")
    Map<String, String> settings = new LinkedHashMap<>();

    /** The configuration these flags, the environment and the file make. */
    GatewayConfig load() throws ConfigException {
        return GatewayConfig.load(config, System.getenv(), flags());
    }

    private Map<String, Given> flags() {
        Map<String, Given> flags = new LinkedHashMap<>();
        settings.forEach((key, value) -> flags.put(key, new Given(value, "--set")));
        put(flags, "server.port", port, "--port");
        put(flags, "server.host", host, "--host");
        put(flags, "server.workers", workers, "--workers");
        put(flags, "ticker.interval", interval, "--interval");
        put(flags, "ticker.seed", seed, "--seed");
        put(flags, "server.transport", transport, "--transport");
        put(flags, "auth.dev", dev ? "true" : null, "--dev");
        return flags;
    }

    private static void put(Map<String, Given> flags, String key, @Nullable String value, String name) {
        if (value != null) {
            flags.put(key, new Given(value, name));
        }
    }
}
