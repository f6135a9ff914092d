package dev.fanfare.gateway.boot;

import dev.fanfare.gateway.address.ProxyConfig;
import dev.fanfare.gateway.api.ApiConfig;
import dev.fanfare.gateway.auth.AuthConfig;
import dev.fanfare.gateway.channel.ChannelsConfig;
import dev.fanfare.gateway.config.ConfigException;
import dev.fanfare.gateway.config.Given;
import dev.fanfare.gateway.config.Setting;
import dev.fanfare.gateway.config.Settings;
import dev.fanfare.gateway.config.YamlFile;
import dev.fanfare.gateway.engine.memory.MemoryConfig;
import dev.fanfare.gateway.http.OriginsConfig;
import dev.fanfare.gateway.hub.HubConfig;
import dev.fanfare.gateway.ticker.TickerConfig;
import dev.fanfare.gateway.tls.TlsConfig;
import dev.fanfare.gateway.transport.HttpConfig;
import dev.fanfare.gateway.transport.LimitsConfig;
import dev.fanfare.gateway.transport.ServerConfig;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Everything that can be configured; each part stands, with its keys and defaults, beside the feature it is for. */
record GatewayConfig(
        AuthConfig auth,
        ServerConfig server,
        TickerConfig ticker,
        HttpConfig http,
        HubConfig hub,
        ChannelsConfig channels,
        MemoryConfig engine,
        ApiConfig api,
        OriginsConfig origins,
        LimitsConfig limits,
        ProxyConfig proxies,
        TlsConfig tls,
        DrainConfig drain,
        List<Setting> documented) {
    private static final String FILE_VARIABLE = "FANFARE_CONFIG";

    /**
     * Reads the configuration: flags over environment over file over defaults.
     *
     * @param file YAML file, or null for the one {@code FANFARE_CONFIG} names, or none
     * @param environment the process environment
     * @param flags by dotted key
     * @throws ConfigException with everything that is wrong
     */
    static GatewayConfig load(@Nullable Path file, Map<String, String> environment, Map<String, Given> flags)
            throws ConfigException {
        Map<String, String> variables = new HashMap<>(environment);
        String named = variables.remove(FILE_VARIABLE);
        Path path = file != null || named == null ? file : Path.of(named);
        Settings in = new Settings(path == null ? Map.of() : YamlFile.read(path), variables, flags);
        GatewayConfig config = from(in);
        in.verify();
        return config;
    }

    private static GatewayConfig from(Settings in) {
        AuthConfig auth = AuthConfig.from(in);
        ServerConfig server = ServerConfig.from(in);
        TickerConfig ticker = TickerConfig.from(in);
        HttpConfig http = HttpConfig.from(in);
        HubConfig hub = HubConfig.from(in);
        ChannelsConfig channels = ChannelsConfig.from(in, auth.standardAccess());
        auth.check(in, channels);
        MemoryConfig engine = MemoryConfig.from(in);
        ApiConfig api = ApiConfig.from(in);
        OriginsConfig origins = OriginsConfig.from(in);
        LimitsConfig limits = LimitsConfig.from(in);
        ProxyConfig proxies = ProxyConfig.from(in);
        TlsConfig tls = TlsConfig.from(in);
        if (server.management().tls() && !tls.isOn()) {
            in.reject("management.tls needs tls.certificate and tls.key");
        }
        DrainConfig drain = DrainConfig.from(in);
        return new GatewayConfig(
                auth,
                server,
                ticker,
                http,
                hub,
                channels,
                engine,
                api,
                origins,
                limits,
                proxies,
                tls,
                drain,
                in.documented());
    }
}
