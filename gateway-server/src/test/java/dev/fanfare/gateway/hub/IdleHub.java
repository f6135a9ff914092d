package dev.fanfare.gateway.hub;

import dev.fanfare.gateway.config.Settings;
import dev.fanfare.gateway.engine.Broker;
import dev.fanfare.gateway.engine.NoPresence;
import dev.fanfare.gateway.metrics.GatewayMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.Map;

/** Hubs for tests of what stands around them. */
public final class IdleHub {
    private IdleHub() {}

    /** One with nobody in it. */
    public static Hub of(Broker broker) {
        return on(new EmbeddedChannel().eventLoop(), broker, new GatewayMetrics(registry()));
    }

    /** One with the loops of {@code loops}; nothing is started. */
    public static Hub on(EventLoopGroup loops, Broker broker, GatewayMetrics metrics) {
        HubConfig config = HubConfig.from(new Settings(Map.of(), Map.of(), Map.of()));
        return new Hub(loops, config, new Hub.Engine(broker, new NoPresence()), NoRevocations.TOKENS, metrics);
    }

    private static PrometheusMeterRegistry registry() {
        return new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    }
}
