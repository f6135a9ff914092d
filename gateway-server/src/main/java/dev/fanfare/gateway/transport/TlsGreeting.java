package dev.fanfare.gateway.transport;

import dev.fanfare.gateway.http.HttpProblem;
import dev.fanfare.gateway.hub.HalfClose;
import dev.fanfare.gateway.metrics.Handshake;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for the first byte at an encrypted port. Only what looks like TLS gets an engine, which costs memory outside the heap;
 * plain HTTP is answered 400, so that whoever mixed up the scheme can see it; anything else is closed. Owned by the
 * connection's event loop.
 */
final class TlsGreeting extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(TlsGreeting.class);
    /** The content type of a handshake record (RFC 8446 §5.1). */
    private static final int HANDSHAKE = 22;
    /** Alert, TLS 1.0 as in every first record, two bytes: fatal, internal_error. There is none that means "too busy". */
    private static final byte[] BUSY = {21, 3, 1, 0, 2, 2, 80};

    private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final TlsDoor door;
    private final Admitted admitted;
    private boolean refused;

    TlsGreeting(TlsDoor door, Admitted admitted) {
        this.door = door;
        this.admitted = admitted;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        admitted.closeAfter(ctx.channel(), admitted.patience(door.patienceNanos()), () -> late(ctx));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (refused || !bytes.isReadable()) {
            bytes.release();
            return;
        }
        int first = bytes.getUnsignedByte(bytes.readerIndex());
        if (first == HANDSHAKE && door.letsIn()) {
            admitted.pipeline().encrypt(ctx.channel(), door, admitted);
            ctx.pipeline().remove(this);
            ctx.fireChannelRead(bytes);
            return;
        }
        refused = true;
        bytes.release();
        if (first == HANDSHAKE) {
            door.failed(ctx.channel(), Handshake.REFUSED, "more begin at once than may (tls.handshake-rate)");
            leave(ctx, Unpooled.wrappedBuffer(BUSY));
        } else if (first >= 'A' && first <= 'Z') {
            door.failed(ctx.channel(), Handshake.PLAIN_HTTP, "the client speaks HTTP without TLS");
            ctx.pipeline().addLast(new HttpResponseEncoder());
            leave(
                    ctx,
                    HttpProblem.of(HttpResponseStatus.BAD_REQUEST, "this port speaks TLS only: use https:// or wss://")
                            .closing()
                            .reply()
                            .toResponse(false));
        } else {
            door.failed(ctx.channel(), Handshake.FAILED, "the first bytes are not TLS");
            ctx.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        admitted.inTime();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        log.debug("{}: {}", ctx.channel().remoteAddress(), cause.toString());
        ctx.close();
    }

    private void late(ChannelHandlerContext ctx) {
        if (!refused) {
            door.failed(ctx.channel(), Handshake.TIMED_OUT, "the client sent nothing in time");
        }
        ctx.close();
    }

    private void leave(ChannelHandlerContext ctx, Object farewell) {
        admitted.closeAfter(ctx.channel(), LINGER_NANOS, ctx::close);
        ctx.channel().writeAndFlush(farewell).addListener(sent -> {
            if (sent.isSuccess()) {
                HalfClose.of(ctx.channel());
            } else {
                ctx.close();
            }
        });
    }
}
