package dev.fanfare.gateway.boot;

import dev.fanfare.gateway.api.ApiConfig;
import dev.fanfare.gateway.auth.AuthConfig;
import dev.fanfare.gateway.channel.ChannelsConfig;
import dev.fanfare.gateway.metrics.JvmMemory;
import dev.fanfare.gateway.observe.OpenFiles;
import dev.fanfare.gateway.ticker.TickerConfig;
import dev.fanfare.gateway.transport.GatewayServer;
import java.net.InetSocketAddress;

/** What a person reads after the start: what listens, on which transport, with which limits, and what to open next. */
final class StartScreen {
    private StartScreen() {}

    static String of(Gateway gateway, GatewayConfig config, GatewayServer.Addresses addresses) {
        InetSocketAddress address = addresses.main();
        InetSocketAddress management = addresses.management();
        String s = gateway.encryption() == null ? "" : "s";
        String at = "http" + s + "://" + where(address);
        String manage = management == null
                ? at
                : (config.server().management().tls() ? "https://" : "http://") + where(management);
        return """

                  Fanfare %s on Java %s, pid %d

                  listening   %s:%d, transport %s, 1 boss + %d worker loops
                  encrypted   %s
                  management  %s
                  limits      %d connections, %d open files, heap %d MiB, direct memory %d MiB
                  slow        %s
                  ticks       %s
                  access      %s
                  api         %s

                  open        %s/                 a page with live ticks
                  try         curl -N %s/sse      Server-Sent Events
                              %s/ws                 WebSocket
                              %s/metrics          Prometheus
                """.formatted(
                        Version.get(),
                        System.getProperty("java.version"),
                        ProcessHandle.current().pid(),
                        config.server().host(),
                        address.getPort(),
                        gateway.transport().name(),
                        config.server().workers(),
                        encryption(gateway, config, addresses),
                        management(addresses),
                        config.limits().connections(OpenFiles.left()),
                        OpenFiles.limit(),
                        Runtime.getRuntime().maxMemory() >> 20,
                        JvmMemory.directMax() >> 20,
                        slow(config),
                        ticks(gateway, config.ticker()),
                        access(config.auth().mode()),
                        api(config.api()),
                        manage,
                        at,
                        "ws" + s + "://" + where(address),
                        manage);
    }

    private static String where(InetSocketAddress address) {
        String host = address.getAddress().isAnyLocalAddress() ? "localhost" : address.getHostString();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    private static String management(GatewayServer.Addresses addresses) {
        InetSocketAddress management = addresses.management();
        return management == null
                ? "on the same port (management.port)"
                : "API, metrics and page on %s:%d only"
                        .formatted(management.getAddress().getHostAddress(), management.getPort());
    }

    private static String encryption(Gateway gateway, GatewayConfig config, GatewayServer.Addresses addresses) {
        String encryption = gateway.encryption();
        if (encryption == null) {
            return "no: whoever is between can read and change everything (tls.certificate, or a proxy that encrypts)";
        }
        InetSocketAddress plain = addresses.plain();
        return encryption
                + (plain == null
                        ? ""
                        : "; plain HTTP beside on %s:%d"
                                .formatted(config.server().host(), plain.getPort()));
    }

    private static String ticks(Gateway gateway, TickerConfig ticker) {
        return ticker.source() == TickerConfig.Source.OFF
                ? gateway.ticks()
                : "every %d ms, %s".formatted(ticker.interval().toMillis(), gateway.ticks());
    }

    private static String access(AuthConfig.Mode mode) {
        return switch (mode) {
            case TOKENS -> "tokens are checked; who may subscribe is said by channels.subscribe and namespaces";
            case DEVELOPMENT ->
                "DEVELOPMENT (--dev): anyone may connect, and subscribe where no namespace says otherwise";
            case NO_KEYS ->
                "OPEN: anyone may connect and subscribe; to change that set auth.hmac-secret, auth.public-key or auth.jwks";
        };
    }

    private static String api(ApiConfig api) {
        return api.keys().isEmpty()
                ? "open to programs on this machine (a proxy that adds no X-Forwarded-For is one), for no key is set: api.key"
                : "open to whoever sends a key (api.key, api.keys)";
    }

    private static String slow(GatewayConfig config) {
        return switch (config.channels().rulesOf(ChannelsConfig.TICKS).slowConsumer()) {
                    case CATCH_UP -> "a slow connection gets the newest tick only";
                    case DROP ->
                        "a slow connection misses ticks when %d bytes wait"
                                .formatted(config.hub().maxPending());
                    case DISCONNECT ->
                        "a slow connection is closed when %d bytes wait"
                                .formatted(config.hub().maxPending());
                }
                + ", and is closed after %d s without progress"
                        .formatted(config.hub().stallTimeout().toSeconds());
    }
}
