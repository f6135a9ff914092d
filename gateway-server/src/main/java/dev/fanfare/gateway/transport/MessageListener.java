package dev.fanfare.gateway.transport;

import dev.fanfare.gateway.hub.Subscriber;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;

/** What becomes of whole messages that WebSocket clients send. Event loop. */
public interface MessageListener {
    /** The streams are one-way: a text is checked and forgotten, binary is refused. */
    MessageListener NONE = new MessageListener() {
        @Override
        public boolean takesBinary() {
            return false;
        }

        @Override
        public void received(ChannelHandlerContext ctx, Subscriber from, boolean binary, ByteBuf message) {
            // nobody waits for it
        }
    };

    /** Whether a binary message is not refused as soon as it begins. */
    boolean takesBinary();

    /** A message has come to its end, is inflated, and valid UTF-8 if it is a text; the buffer is not given away. */
    void received(ChannelHandlerContext ctx, Subscriber from, boolean binary, ByteBuf message);
}
