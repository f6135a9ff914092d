package dev.fanfare.gateway.transport;

import dev.fanfare.gateway.config.Range;
import dev.fanfare.gateway.config.Settings;

/**
 * Where the gateway listens and on how many threads.
 *
 * @param host address to bind
 * @param port TCP port, 0 for any free one
 * @param workers number of worker event loops
 * @param transport what moves the bytes
 * @param backlog connections the kernel queues until they are accepted
 * @param reusePort whether several processes may listen on the same port
 * @param unsentLowWater bytes the kernel may hold unsent per connection; 0 leaves that to the kernel
 * @param management what is served elsewhere
 */
public record ServerConfig(
        String host,
        int port,
        int workers,
        TransportChoice transport,
        int backlog,
        boolean reusePort,
        int unsentLowWater,
        ManagementConfig management) {
    public static ServerConfig from(Settings in) {
        int workers = in.number("server.workers", 0, Range.of(0, 1024), "worker event loops; 0 means one per core");
        return new ServerConfig(
                in.text("server.host", "0.0.0.0", "address to listen on; 127.0.0.1 for this machine only"),
                in.number("server.port", 8080, Range.of(0, 65_535), "port to listen on; 0 takes any free one"),
                workers == 0 ? Runtime.getRuntime().availableProcessors() : workers,
                in.choice(
                        "server.transport", TransportChoice.AUTO, "auto takes epoll where available and nio otherwise"),
                in.number(
                        "server.backlog",
                        4096,
                        Range.of(1, 1_000_000),
                        "connections that may wait to be accepted; the kernel caps it at net.core.somaxconn"),
                in.flag(
                        "server.reuse-port",
                        false,
                        "several gateways may listen on the same port and the kernel spreads the connections (SO_REUSEPORT; epoll and io_uring)"),
                in.bytes(
                        "server.unsent-low-water",
                        "4KiB",
                        Range.of("0B", "64MiB"),
                        "bytes the kernel may hold unsent for one connection before it counts as slow (TCP_NOTSENT_LOWAT, epoll only); 0B leaves it to the kernel"),
                ManagementConfig.from(in));
    }
}
