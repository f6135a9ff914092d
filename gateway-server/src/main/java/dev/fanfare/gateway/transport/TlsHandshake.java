package dev.fanfare.gateway.transport;

import dev.fanfare.gateway.metrics.Handshake;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.FutureListener;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateException;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits behind the {@link SslHandler} for the end of the handshake, and goes with it. Owned by the connection's event loop. */
final class TlsHandshake extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(TlsHandshake.class);
    /** The client has said that it sends no more: for us, as for TCP, it has left. */
    private static final FutureListener<Channel> LEAVE_TOO = TlsHandshake::leaveToo;

    private final TlsDoor door;
    private final SslHandler tls;
    private final Admitted admitted;
    private boolean timedOut;

    TlsHandshake(TlsDoor door, SslHandler tls, Admitted admitted) {
        this.door = door;
        this.tls = tls;
        this.admitted = admitted;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        admitted.onExpiry(() -> {
            timedOut = true;
            door.failed(ctx.channel(), Handshake.TIMED_OUT, "the handshake took too long");
            ctx.close();
        });
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent end) {
            admitted.inTime();
            if (end.isSuccess()) {
                door.completed();
                tls.sslCloseFuture().addListener(LEAVE_TOO);
                admitted.speak(ctx.channel(), tls.applicationProtocol());
                ctx.pipeline().remove(this);
            } else if (!timedOut) {
                door.failed(ctx.channel(), kind(end.cause()), words(end.cause())); // SslHandler closes
            }
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        admitted.inTime();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        log.debug("{}: {}", ctx.channel().remoteAddress(), cause.toString()); // the event has told of it, or will
    }

    private static void leaveToo(Future<Channel> ended) {
        if (ended.isSuccess()) {
            ended.getNow().close();
        }
    }

    private static Handshake kind(Throwable cause) {
        for (Throwable at = cause; at != null; at = at.getCause()) {
            String words = words(at).toLowerCase(Locale.ROOT).replace('_', ' ');
            if (at instanceof CertificateException
                    || words.contains("client certificate")
                    || words.contains("did not return a certificate")) {
                return Handshake.CLIENT_CERTIFICATE;
            }
            if (at instanceof ClosedChannelException || words.contains("reset")) {
                return Handshake.ABANDONED;
            }
        }
        return Handshake.FAILED;
    }

    private static String words(Throwable cause) {
        return cause instanceof ClosedChannelException ? "the client left" : String.valueOf(cause.getMessage());
    }
}
