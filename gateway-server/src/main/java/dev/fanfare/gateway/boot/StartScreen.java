package dev.fanfare.gateway.boot;

import dev.fanfare.gateway.api.ApiConfig;
import dev.fanfare.gateway.auth.AuthConfig;
import dev.fanfare.gateway.channel.ChannelsConfig;
import dev.fanfare.gateway.metrics.JvmMemory;
import dev.fanfare.gateway.observe.OpenFiles;
import dev.fanfare.gateway.ticker.TickerConfig;
import java.net.InetSocketAddress;

/** What a person reads after the start: what listens, on which transport, with which limits, and what to open next. */
final class StartScreen {
    private StartScreen() {}

    static String of(Gateway gateway, GatewayConfig config, InetSocketAddress address) {
        String host = address.getAddress().isAnyLocalAddress() ? "localhost" : address.getHostString();
        String at = host.contains(":") ? "[" + host + "]:" + address.getPort() : host + ":" + address.getPort();
        return """

                  Fanfare %s on Java %s, pid %d

                  listening   %s:%d, transport %s, 1 boss + %d worker loops
                  limits      %d connections, %d open files, heap %d MiB, direct memory %d MiB
                  slow        %s
                  ticks       %s
                  access      %s
                  api         %s

                  open        http://%s/                 a page with live ticks
                  try         curl -N http://%s/sse      Server-Sent Events
                              ws://%s/ws                 WebSocket
                              http://%s/metrics          Prometheus
                """.formatted(
                        Version.get(),
                        System.getProperty("java.version"),
                        ProcessHandle.current().pid(),
                        config.server().host(),
                        address.getPort(),
                        gateway.transport().name(),
                        config.server().workers(),
                        config.limits().connections(OpenFiles.left()),
                        OpenFiles.limit(),
                        Runtime.getRuntime().maxMemory() >> 20,
                        JvmMemory.directMax() >> 20,
                        slow(config),
                        ticks(gateway, config.ticker()),
                        access(config.auth().mode()),
                        api(config.api()),
                        at,
                        at,
                        at,
                        at);
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
        return api.key().isEmpty()
                ? "open to programs on this machine (a proxy that adds no X-Forwarded-For is one), for no key is set: api.key"
                : "open to whoever sends the key (api.key)";
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
