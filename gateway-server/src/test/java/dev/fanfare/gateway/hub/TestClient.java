package dev.fanfare.gateway.hub;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fanfare.gateway.auth.Principal;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A client whose socket takes everything, nothing, or fails. */
final class TestClient extends ChannelDuplexHandler {
    /** Without the words around the data, for short assertions. */
    final List<String> received = new ArrayList<>();

    final EmbeddedChannel channel = new EmbeddedChannel(this);
    final Subscriber subscriber;
    private final Shard shard;
    private final Consumer<TestClient> onReceive;
    private final Deque<Held> held = new ArrayDeque<>();
    private boolean blocked;
    private boolean raw;
    private @Nullable IOException broken;

    private record Held(ByteBuf bytes, ChannelPromise promise) {}

    TestClient(Shard shard, StreamProtocol protocol, Consumer<TestClient> onReceive) {
        this(shard, protocol, Principal.ANONYMOUS, onReceive);
    }

    TestClient(Shard shard, StreamProtocol protocol, Principal who, Consumer<TestClient> onReceive) {
        this.shard = shard;
        this.onReceive = onReceive;
        this.subscriber = shard.join(channel, protocol, who);
    }

    /** Subscribes on the loop of its shard. */
    void subscribe(List<Wish> wishes) {
        shard.subscribe(subscriber, wishes);
    }

    /** Events are kept as they come, with their ids. */
    void keepIds() {
        raw = true;
    }

    /** From now on the socket takes nothing. */
    void block() {
        blocked = true;
    }

    /** The socket takes all that waits and all that comes. */
    void unblock() {
        blocked = false;
        while (!held.isEmpty()) {
            takeOne();
        }
    }

    /** The socket takes the first write that waits. */
    void takeOne() {
        take(held.removeFirst());
    }

    /** Every further write, and every one that waits, fails. */
    void breakWith(IOException failure) {
        broken = failure;
        List<Held> lost = List.copyOf(held);
        held.clear(); // first, for a failure closes the channel, which comes here again
        for (Held write : lost) {
            write.bytes().release();
            write.promise().setFailure(failure);
        }
    }

    /** What came, event by event, also where several came in one write; without events that only move the position. */
    List<String> events() {
        List<String> events = new ArrayList<>();
        for (String write : received) {
            for (String event : write.split("\n\n", -1)) {
                String words = event.replaceFirst("id: \\S+\n?", "")
                        .replace("data: ", "")
                        .trim();
                if (!words.isEmpty()) {
                    events.add(words);
                }
            }
        }
        return events;
    }

    int waiting() {
        return held.size();
    }

    boolean open() {
        return channel.isOpen();
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        Held write = new Held((ByteBuf) message, promise);
        if (broken != null) {
            write.bytes().release();
            promise.setFailure(broken);
        } else if (blocked) {
            held.add(write);
        } else {
            take(write);
        }
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        breakWith(new ClosedChannelException());
        ctx.close(promise);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        subscriber.gone();
    }

    private void take(Held write) {
        received.add(raw ? write.bytes().toString(UTF_8) : words(write.bytes()));
        onReceive.accept(this);
        write.bytes().release();
        write.promise().setSuccess();
    }

    /** What a client reads: an event without id and field names, a frame without its header. */
    private static String words(ByteBuf bytes) {
        int header = bytes.isReadable() && bytes.getByte(bytes.readerIndex()) == (byte) 0x81 ? 2 : 0;
        String text = bytes.toString(bytes.readerIndex() + header, bytes.readableBytes() - header, UTF_8);
        return text.replaceFirst("id: \\S+\ndata: ", "").replace("data: ", "").trim();
    }
}
