package dev.fanfare.gateway.transport;

import dev.fanfare.gateway.config.Settings;
import org.jspecify.annotations.Nullable;

/**
 * An address of its own for those who run the gateway and those who publish.
 *
 * @param host address to bind
 * @param port TCP port, 0 for any free one; null serves everything on the public address
 * @param tls whether it speaks TLS, with the certificate of the public one
 */
public record ManagementConfig(String host, @Nullable Integer port, boolean tls) {
    static ManagementConfig from(Settings in) {
        ManagementConfig config = new ManagementConfig(
                in.text(
                        "management.host",
                        "127.0.0.1",
                        "address for management.port; 0.0.0.0 for all, behind a firewall"),
                in.port(
                        "management.port",
                        "API, metrics and the page with live ticks are served here only, and the public address keeps streams and health; off: everything on server.port"),
                in.flag("management.tls", false, "management.port speaks TLS as well, with tls.certificate"));
        if (config.tls && config.port == null) {
            in.reject("management.tls has no use without management.port");
        }
        return config;
    }
}
