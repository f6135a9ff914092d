package dev.fanfare.load.connect;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * TLS for the connections of one event loop: BoringSSL where its native library loads, the JDK's elsewhere. Sessions are kept and
 * resumed, as browsers do, unless the plan says otherwise. A connection offers the one protocol it is for (ALPN). Its event loop only.
 */
final class TlsClient {
    /** ALPN's name of HTTP/2. */
    static final String H2 = "h2";

    private static final String HTTP1 = "http/1.1";

    private final TlsPlan plan;
    private final ServerTrust trust;
    private @Nullable SslContext http1;
    private @Nullable SslContext http2;

    /**
     * @throws IllegalArgumentException when the plan's file of authorities cannot be used, or what it wants cannot be had here
     */
    TlsClient(TlsPlan plan) {
        if (!plan.resume() && !OpenSsl.isAvailable()) {
            throw new IllegalArgumentException(
                    "the JDK's TLS always resumes sessions; --no-resumption needs BoringSSL");
        }
        this.plan = plan;
        this.trust = new ServerTrust(plan);
    }

    /** What encrypts one connection to {@code target}; the first in its pipeline. */
    SslHandler handler(ByteBufAllocator allocator, Target target, boolean forHttp2) {
        return context(forHttp2)
                .newHandler(allocator, target.name(), target.address().getPort());
    }

    /** Whether the handshake just over continued a session of before. */
    boolean resumed(SslHandler handler) {
        return !trust.wasShown(handler.engine());
    }

    private SslContext context(boolean forHttp2) {
        SslContext made = forHttp2 ? http2 : http1;
        if (made == null) {
            made = make(forHttp2 ? H2 : HTTP1);
            if (forHttp2) {
                http2 = made;
            } else {
                http1 = made;
            }
        }
        return made;
    }

    private SslContext make(String protocol) {
        try {
            SslContext context = SslContextBuilder.forClient()
                    .sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK)
                    .trustManager(trust)
                    .endpointIdentificationAlgorithm(plan.insecure() ? null : "HTTPS")
                    .applicationProtocolConfig(new ApplicationProtocolConfig(
                            Protocol.ALPN,
                            SelectorFailureBehavior.NO_ADVERTISE,
                            SelectedListenerFailureBehavior.ACCEPT,
                            protocol))
                    .build();
            if (!plan.resume() && context.sessionContext() instanceof OpenSslSessionContext sessions) {
                sessions.setSessionCacheEnabled(false);
            }
            return context;
        } catch (SSLException e) {
            throw new IllegalStateException("TLS cannot be set up: " + e.getMessage(), e);
        }
    }

    /** What encrypts here, as reports name it. */
    static String provider() {
        return OpenSsl.isAvailable() ? OpenSsl.versionString() : "JDK";
    }

    /** Frees what outlives the connections. Only after the event loop has ended. */
    void release() {
        ReferenceCountUtil.release(http1);
        ReferenceCountUtil.release(http2);
    }
}
