package dev.fanfare.gateway.tls;

import dev.fanfare.gateway.config.ConfigException;
import dev.fanfare.gateway.metrics.GatewayMetrics;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate in use, renewed when its files change. Connections keep the one they began with. Event loops take
 * handlers from here; everything else happens on a thread of its own, because files may be slow.
 *
 * <p>What has changed is taken when it is the same at two looks in a row: certificate and key are two files, and whoever
 * renews them writes one after the other.
 */
public final class Certificates implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Certificates.class);

    private final TlsConfig config;
    private final List<String> protocols;
    private final GatewayMetrics metrics;
    private final SslProvider provider;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread made = new Thread(task, "certificates");
        made.setDaemon(true);
        return made;
    });

    private volatile TlsContext current;
    // the thread only
    /** What was tried last, whether it could be used or not. */
    private String tried;

    private String seen;

    /**
     * Reads the files.
     *
     * @param protocols what may be spoken inside, the preferred first (ALPN)
     * @throws ConfigException if they cannot be used
     */
    public Certificates(TlsConfig config, List<String> protocols, GatewayMetrics metrics) throws ConfigException {
        this.config = config;
        this.protocols = protocols;
        this.metrics = metrics;
        provider = TlsContext.provider(config.provider());
        Identity.Files files = Identity.Files.read(config);
        current = TlsContext.of(Identity.of(files, config), config, protocols);
        tried = files.digest();
        seen = tried;
        metrics.watchCertificate(() -> current.identity().expiry().getEpochSecond());
        warnIfInvalid();
    }

    /**
     * Whether the files could be used now.
     *
     * @throws ConfigException if not
     */
    public static void check(TlsConfig config, List<String> protocols) throws ConfigException {
        if (config.isOn()) {
            TlsContext.of(Identity.of(Identity.Files.read(config), config), config, protocols)
                    .release();
        }
    }

    /** Begins to look at the files. */
    public void start() {
        long look = config.reloadInterval().toMillis();
        thread.scheduleWithFixedDelay(this::look, look, look, TimeUnit.MILLISECONDS);
        long renew = config.sessionTimeout().toMillis();
        thread.scheduleAtFixedRate(() -> current.renewTicketKeys(), renew, renew, TimeUnit.MILLISECONDS);
    }

    /** Encrypts one new connection. Event loop. */
    public SslHandler handler(ByteBufAllocator allocator) {
        while (true) {
            SslHandler handler = current.handler(allocator);
            if (handler != null) {
                return handler;
            }
        }
    }

    /** Reads the files now, changed or not; a broken one keeps what is in use. Any thread. */
    public void reload() {
        thread.execute(() -> {
            try {
                Identity.Files files = Identity.Files.read(config);
                seen = files.digest();
                take(files);
            } catch (ConfigException broken) {
                seen = String.valueOf(broken.getMessage());
                refused(broken);
            }
        });
    }

    /** Provider, subject and end of the certificate, and who must show one, in words. */
    public String describe() {
        Identity identity = current.identity();
        return "%s, certificate %s until %s%s"
                .formatted(
                        provider == SslProvider.JDK ? "JDK" : OpenSsl.versionString(),
                        identity.subject(),
                        identity.expiry(),
                        switch (config.clientAuth()) {
                            case NONE -> "";
                            case OPTIONAL -> ", client certificates checked";
                            case REQUIRED -> ", client certificates required";
                        });
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }

    /** Lets go of what lies outside the heap; only when no new connection can come. */
    public void release() {
        current.release();
    }

    private void look() {
        try {
            String before = seen;
            Identity.Files files = Identity.Files.read(config);
            seen = files.digest();
            if (seen.equals(before) && !seen.equals(tried)) {
                take(files);
            }
        } catch (ConfigException broken) {
            String before = seen;
            seen = String.valueOf(broken.getMessage());
            if (seen.equals(before) && !seen.equals(tried)) {
                refused(broken);
            }
        } catch (RuntimeException | Error bug) { // or nobody would ever look again
            log.error("cannot look at the certificate's files", bug);
        }
    }

    private void take(Identity.Files files) {
        try {
            TlsContext next = TlsContext.of(Identity.of(files, config), config, protocols);
            TlsContext last = current;
            current = next;
            tried = files.digest();
            last.release();
            metrics.certificateReloaded(true);
            log.info("a new certificate is in use: {}", describe());
            warnIfInvalid();
        } catch (ConfigException broken) {
            seen = files.digest();
            refused(broken);
        }
    }

    private void refused(ConfigException broken) {
        tried = seen;
        metrics.certificateReloaded(false);
        log.error("the new certificate cannot be used, the old one stays: {}", broken.getMessage());
    }

    private void warnIfInvalid() {
        Identity identity = current.identity();
        Instant now = Instant.now();
        if (!identity.isValidAt(now)) {
            log.warn("the certificate {} is not valid now: clients will refuse it", identity.subject());
        } else if (Duration.between(now, identity.expiry()).toDays() < 7) {
            log.warn("the certificate {} ends at {}", identity.subject(), identity.expiry());
        }
    }
}
