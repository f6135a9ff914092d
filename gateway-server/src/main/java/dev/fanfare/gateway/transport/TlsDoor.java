package dev.fanfare.gateway.transport;

import dev.fanfare.gateway.log.CalmLog;
import dev.fanfare.gateway.metrics.GatewayMetrics;
import dev.fanfare.gateway.metrics.Handshake;
import dev.fanfare.gateway.tls.Certificates;
import dev.fanfare.gateway.tls.TlsConfig;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import org.slf4j.LoggerFactory;

/** What all connections of an encrypted port share while they shake hands. Any thread. */
final class TlsDoor {
    private static final CalmLog log = new CalmLog(LoggerFactory.getLogger(TlsDoor.class));

    private static final int LONGEST = 120;

    private final Certificates certificates;
    private final Bucket beginnings;
    private final long patienceNanos;
    private final GatewayMetrics metrics;

    TlsDoor(TlsConfig config, Certificates certificates, GatewayMetrics metrics) {
        this.certificates = certificates;
        this.beginnings = new Bucket(config.handshakeRate());
        this.patienceNanos = config.handshakeTimeout().toNanos();
        this.metrics = metrics;
    }

    /** From the connection to the end of the handshake. */
    long patienceNanos() {
        return patienceNanos;
    }

    /** Whether one more handshake may begin now. */
    boolean letsIn() {
        return beginnings.take(System.nanoTime());
    }

    SslHandler encrypt(Channel channel) {
        return certificates.handler(channel.alloc());
    }

    void completed() {
        metrics.handshake(Handshake.COMPLETED);
    }

    /** A handshake came to nothing. A few of these are normal, and a port scan is thousands, so the log keeps calm. */
    void failed(Channel channel, Handshake how, String cause) {
        metrics.handshake(how);
        String reason = cause.length() > LONGEST ? cause.substring(0, LONGEST) + "…" : cause; // it may quote the client
        log.mention(to -> to.info("a TLS handshake of {} came to nothing: {}", ClientAddress.of(channel), reason));
    }
}
