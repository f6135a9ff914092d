package dev.fanfare.load.connect;

import dev.fanfare.load.stats.Counter;
import dev.fanfare.load.stats.LoopStats;
import dev.fanfare.load.wire.Outcome;
import dev.fanfare.load.wire.ProtocolViolation;
import dev.fanfare.load.wire.ReplyDecoder;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One publisher: a keep-alive connection and one call under way, so that its channels keep their order. A call that is refused for
 * now, or whose answer never comes, is made again as it was. Its event loop only.
 */
final class Publisher {
    private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    /** Codes of the API that are about now, not about the request. */
    private static final long INTERNAL = 100;

    private static final long TOO_MANY = 111;

    private final Publishers all;
    private final PublishSchedule schedule;
    private final PublishCall call;
    private final LoopStats stats;
    private final Outcome outcome = new Outcome();
    private @Nullable Channel channel;
    private ReplyDecoder replies = new ReplyDecoder();
    private boolean connecting;
    private boolean asked;
    private boolean refusedForGood;
    private long askedAt;
    private long notBefore;
    private long made;

    Publisher(Publishers all, PublishSchedule schedule, ChannelPlan plan, LoopStats stats) {
        this.all = all;
        this.schedule = schedule;
        this.call = new PublishCall(plan);
        this.stats = stats;
    }

    /** Makes what is due, if nothing is under way. Called about every millisecond. */
    void tick(long now) {
        if (refusedForGood || (call.isEmpty() && !fill(now))) {
            return;
        }
        if (asked) {
            if (now - askedAt > all.timeoutNanos()) {
                broken("publish: no answer in time");
            }
        } else if (now - notBefore >= 0) {
            Channel open = channel;
            if (open != null) {
                send(open, now);
            } else if (!connecting) {
                connecting = true;
                all.connect(this);
            }
        }
    }

    private boolean fill(long now) {
        long due = all.over(now) ? 0 : schedule.due(all.elapsed(now));
        while (made < due && !call.isFull()) {
            int to = schedule.channel(made);
            long ts = all.startMillis() + TimeUnit.NANOSECONDS.toMillis(schedule.dueAt(made));
            call.add(to, all.log().next(to), ts);
            made++;
        }
        return !call.isEmpty();
    }

    private void send(Channel to, long now) {
        asked = true;
        askedAt = now;
        stats.group(false).add(Counter.PUBLISH_CALLS, 1);
        byte[] head = all.head(call.length());
        ByteBuf request = to.alloc().directBuffer(head.length + call.length());
        request.writeBytes(head).writeBytes(call.body(), 0, call.length());
        to.writeAndFlush(request);
    }

    /** What is due at {@code now} and was not made. */
    long unsent(long now) {
        return Math.max(0, schedule.due(all.elapsed(now)) - made);
    }

    /** Whether everything that was due is made, and confirmed or refused for good. */
    boolean idle(long now) {
        return refusedForGood || (call.isEmpty() && (all.over(now) || unsent(now) == 0));
    }

    PublishCall call() {
        return call;
    }

    // The connection.

    /** What its next connection tells. */
    ChannelInboundHandlerAdapter connection() {
        return new Connection();
    }

    /** The connection could not be made. */
    void unreachable(Throwable cause) {
        connecting = false;
        stats.refused(Counter.PUBLISH_REFUSED, "publish: " + FailureReason.of(cause));
        notBefore = System.nanoTime() + AGAIN_NANOS;
    }

    private final class Connection extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            if (!all.target().tls()) {
                ready(ctx);
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof SslHandshakeCompletionEvent handshake) {
                if (handshake.isSuccess()) {
                    ready(ctx);
                } else {
                    unreachable(handshake.cause());
                }
            }
        }

        private void ready(ChannelHandlerContext ctx) {
            connecting = false;
            replies = new ReplyDecoder();
            channel = ctx.channel();
            tick(System.nanoTime());
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf received = (ByteBuf) message;
            byte[] bytes = all.scratch();
            int count = received.readableBytes();
            received.readBytes(bytes, 0, count).release();
            if (channel != ctx.channel()) {
                return;
            }
            try {
                if (replies.feed(bytes, 0, count)) {
                    answered();
                }
            } catch (ProtocolViolation violation) {
                broken("publish: " + violation.reason());
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            if (channel == ctx.channel()) {
                broken("publish: connection closed");
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (channel == ctx.channel()) {
                broken("publish: " + FailureReason.of(cause));
            }
        }
    }

    /** The connection is of no more use. A call under way may have counted, or not: it is made again. */
    private void broken(String reason) {
        Channel old = channel;
        channel = null;
        if (old != null) {
            old.close();
        }
        if (asked) {
            asked = false;
            stats.refused(Counter.PUBLISH_REFUSED, reason);
            stats.group(false).add(Counter.PUBLISH_UNCERTAIN, call.count());
            for (int i = 0; i < call.count(); i++) {
                all.log().uncertain(call.channel(i));
            }
        }
        notBefore = System.nanoTime() + AGAIN_NANOS;
    }

    // Answers.

    private void answered() throws ProtocolViolation {
        int status = replies.status();
        boolean closes = replies.closes();
        if (status == 200) {
            read();
        } else if (status == 429 || status >= 500) {
            again("publish: HTTP status " + status);
        } else {
            forGood("publish: HTTP status " + status);
        }
        asked = false;
        replies.next();
        if (closes) {
            broken("");
        }
        tick(System.nanoTime());
    }

    private void again(String reason) {
        stats.refused(Counter.PUBLISH_REFUSED, reason);
        long wait = TimeUnit.MILLISECONDS.toNanos(replies.retryAfterMillis());
        notBefore = System.nanoTime() + Math.max(AGAIN_NANOS, wait);
    }

    private void forGood(String reason) {
        stats.refused(Counter.PUBLISH_ERRORS, reason);
        refusedForGood = true;
    }

    private void read() throws ProtocolViolation {
        byte[] body = replies.body();
        int from = 0;
        int index = 0;
        for (int i = 0; i <= replies.bodyLength(); i++) {
            if (i == replies.bodyLength() || body[i] == '\n') {
                if (i > from) {
                    if (index == call.count() || !outcome.parse(body, from, i)) {
                        throw new ProtocolViolation("answer to a publication is malformed");
                    }
                    if (outcome.failed() && call.count() == 1 && isForNow(outcome.code())) {
                        again("publish: error " + outcome.code());
                        return;
                    }
                    take(index++);
                }
                from = i + 1;
            }
        }
        if (index < call.count()) {
            throw new ProtocolViolation("fewer answers than publications");
        }
        call.clear();
    }

    private static boolean isForNow(long code) {
        return code == INTERNAL || code == TOO_MANY;
    }

    private void take(int index) {
        if (outcome.failed()) {
            stats.refused(Counter.PUBLISH_ERRORS, "publish: error " + outcome.code() + ", " + outcome.message());
            refusedForGood |= !isForNow(outcome.code());
            all.log().giveUp(call.channel(index));
            return;
        }
        stats.group(false).add(Counter.PUBLISHED, 1);
        stats.publishTime(System.currentTimeMillis() - call.time(index));
        if (!all.log().confirm(call.channel(index), outcome.offset(), outcome.epoch())) {
            stats.refused(Counter.PUBLISH_ERRORS, "publish: offset is not the one after the last");
        }
    }
}
