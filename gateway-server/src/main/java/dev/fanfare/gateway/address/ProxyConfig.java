package dev.fanfare.gateway.address;

import dev.fanfare.gateway.config.Range;
import dev.fanfare.gateway.config.Settings;
import java.time.Duration;

/**
 * Which proxies are believed, and what they say.
 *
 * @param trusted their addresses
 * @param protocol whether they must begin each connection with the PROXY protocol
 * @param headerTimeout how long they may take for that
 * @param field in which header field of HTTP they name the client
 */
public record ProxyConfig(Networks trusted, boolean protocol, Duration headerTimeout, Forwarding.Field field) {
    private enum Protocol {
        OFF,
        ON
    }

    /** The same where nobody speaks the PROXY protocol. */
    public ProxyConfig withoutProtocol() {
        return new ProxyConfig(trusted, false, headerTimeout, field);
    }

    public static ProxyConfig from(Settings in) {
        ProxyConfig config = new ProxyConfig(
                in.parsed(
                        "proxy.trusted",
                        "none",
                        Networks.ALLOWED,
                        Networks::parse,
                        "proxies that are believed when they say for whom they speak; nobody else is"),
                in.choice(
                                "proxy.protocol",
                                Protocol.OFF,
                                "on: each connection of a trusted proxy begins with the PROXY protocol, version 1 or 2; one that does not is closed")
                        == Protocol.ON,
                in.duration(
                        "proxy.header-timeout",
                        "3s",
                        Range.of("1s", "1h"),
                        "a trusted proxy that has not sent its PROXY protocol header by then is closed"),
                in.choice(
                        "proxy.forwarded",
                        Forwarding.Field.X_FORWARDED_FOR,
                        "the header field in which trusted proxies name the client: that which they write themselves, or the client could"));
        if (config.protocol && config.trusted.isEmpty()) {
            in.reject(
                    "proxy.protocol: on has no meaning without proxy.trusted, the addresses of the proxies that speak it");
        }
        return config;
    }
}
