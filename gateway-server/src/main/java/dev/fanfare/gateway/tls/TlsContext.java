package dev.fanfare.gateway.tls;

import dev.fanfare.gateway.config.ConfigException;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.ReferenceCounted;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * What new connections are encrypted with: one identity, and the keys of its session tickets. Connections keep what they
 * began with. Any thread; counted by reference, because BoringSSL's part lies outside the heap.
 *
 * <p>Sessions are resumed by tickets, which cost the gateway no memory however many there are. Their keys are renewed
 * once in the session timeout and the one before stays readable, so a ticket lives at most twice as long; they die with the
 * context, so a new list of client authorities is asked in a full handshake.
 */
final class TlsContext {
    /** Sessions the JDK remembers for clients that take no tickets. */
    private static final int JDK_SESSIONS = 20_000;

    /**
     * A client of TLS 1.2 may ask for one handshake after the other on one connection, which {@code tls.handshake-rate} does not see.
     * BoringSSL refuses that, the JDK only if told so before its first handshake.
     */
    private static final String NO_RENEGOTIATION = "jdk.tls.rejectClientInitiatedRenegotiation";

    private final Identity identity;
    private final SslContext context;
    private final SecureRandom random = new SecureRandom();
    private @Nullable OpenSslSessionTicketKey ticketKey;

    private TlsContext(Identity identity, SslContext context) {
        this.identity = identity;
        this.context = context;
    }

    /**
     * Makes one.
     *
     * @param protocols what may be spoken inside, the preferred first (ALPN)
     * @throws ConfigException if the provider does not take the settings
     */
    static TlsContext of(Identity identity, TlsConfig config, List<String> protocols) throws ConfigException {
        SslProvider provider = provider(config.provider());
        if (provider != SslProvider.JDK && identity.key().getAlgorithm().matches("Ed.*")) {
            throw new ConfigException("tls.key: an %s key needs tls.provider: jdk"
                    .formatted(identity.key().getAlgorithm()));
        }
        if (provider == SslProvider.JDK && System.getProperty(NO_RENEGOTIATION) == null) {
            System.setProperty(NO_RENEGOTIATION, "true");
        }
        try {
            SslContextBuilder builder = SslContextBuilder.forServer(identity.key(), identity.chain())
                    .sslProvider(provider)
                    .protocols(config.versions())
                    .ciphers(config.ciphers(), new KnownCiphers())
                    .clientAuth(
                            switch (config.clientAuth()) {
                                case NONE -> ClientAuth.NONE;
                                case OPTIONAL -> ClientAuth.OPTIONAL;
                                case REQUIRED -> ClientAuth.REQUIRE;
                            })
                    .sessionTimeout(config.sessionTimeout().toSeconds())
                    .sessionCacheSize(JDK_SESSIONS)
                    .applicationProtocolConfig(new ApplicationProtocolConfig(
                            Protocol.ALPN,
                            SelectorFailureBehavior.NO_ADVERTISE,
                            SelectedListenerFailureBehavior.ACCEPT,
                            protocols));
            if (!identity.authorities().isEmpty()) {
                builder.trustManager(identity.authorities());
            }
            TlsContext made = new TlsContext(identity, builder.build());
            made.renewTicketKeys();
            return made;
        } catch (SSLException | IllegalArgumentException refused) {
            throw new ConfigException("tls: the settings cannot be used: " + root(refused));
        }
    }

    /** Which provider {@code choice} comes to here. */
    static SslProvider provider(ProviderChoice choice) throws ConfigException {
        if (choice == ProviderChoice.OPENSSL && !OpenSsl.isAvailable()) {
            throw new ConfigException("tls.provider: 'openssl' cannot run here (%s); allowed: auto, jdk"
                    .formatted(root(OpenSsl.unavailabilityCause())));
        }
        return choice == ProviderChoice.JDK || !OpenSsl.isAvailable() ? SslProvider.JDK : SslProvider.OPENSSL_REFCNT;
    }

    Identity identity() {
        return identity;
    }

    /** A handler for one new connection; null if this context has been replaced and let go meanwhile. */
    @Nullable
    SslHandler handler(ByteBufAllocator allocator) {
        if (context instanceof ReferenceCounted counted) {
            try {
                counted.retain();
            } catch (io.netty.util.IllegalReferenceCountException gone) {
                return null;
            }
        }
        try {
            SSLEngine engine = context.newEngine(allocator);
            SslHandler handler = new SslHandler(engine);
            handler.setHandshakeTimeoutMillis(0); // the transport has one timer for all connections
            handler.setCloseNotifyFlushTimeoutMillis(1_000);
            return handler;
        } finally {
            ReferenceCountUtil.release(context);
        }
    }

    /** Lets go of it; connections that use it live on. */
    void release() {
        ReferenceCountUtil.release(context);
    }

    /** Makes new ticket keys; the tickets of the one before are still read. The JDK does that by itself. */
    void renewTicketKeys() {
        if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
            OpenSslSessionTicketKey before = ticketKey;
            OpenSslSessionTicketKey made = new OpenSslSessionTicketKey(
                    bytes(OpenSslSessionTicketKey.NAME_SIZE),
                    bytes(OpenSslSessionTicketKey.HMAC_KEY_SIZE),
                    bytes(OpenSslSessionTicketKey.AES_KEY_SIZE));
            List<OpenSslSessionTicketKey> keys = new ArrayList<>(List.of(made)); // the first writes, all read
            if (before != null) {
                keys.add(before);
            }
            sessions.setTicketKeys(keys.toArray(OpenSslSessionTicketKey[]::new));
            ticketKey = made;
        }
    }

    private byte[] bytes(int count) {
        byte[] made = new byte[count];
        random.nextBytes(made);
        return made;
    }

    private static String root(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }
}
