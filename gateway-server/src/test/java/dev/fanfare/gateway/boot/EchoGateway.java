package dev.fanfare.gateway.boot;

import dev.fanfare.gateway.config.ConfigException;
import dev.fanfare.gateway.config.Given;
import dev.fanfare.gateway.hub.Subscriber;
import dev.fanfare.gateway.transport.MessageListener;
import dev.fanfare.gateway.wire.Compressor;
import dev.fanfare.gateway.wire.WebSocketWire;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A gateway that sends every WebSocket message back to whom it came from, compressed where that was agreed on: what Autobahn's
 * test suite wants of a server. Everything but the listener is the real thing. Run by {@code ops/autobahn/run}; ends with its
 * standard input.
 */
public final class EchoGateway {
    private EchoGateway() {}

    /** {@code arguments}: the port, then settings as {@code key=value}. */
    public static void main(String... arguments) throws ConfigException, IOException {
        Map<String, Given> flags = new LinkedHashMap<>();
        set(flags, "server.host=127.0.0.1");
        set(flags, "server.port=" + arguments[0]);
        set(flags, "ticker.source=off");
        set(flags, "websocket.max-message=16MiB");
        set(flags, "websocket.max-frame-rate=0");
        set(flags, "websocket.max-byte-rate=0B");
        set(flags, "compression.max-ratio=2000");
        set(flags, "compression.min-bytes=0B");
        for (int i = 1; i < arguments.length; i++) {
            set(flags, arguments[i]);
        }
        try (Gateway gateway = new Gateway(GatewayConfig.load(null, Map.of(), flags))) {
            System.out.println("listens on " + gateway.start(new Echo()).main());
            System.in.readAllBytes(); // until whoever started it has gone
        }
    }

    private static void set(Map<String, Given> flags, String setting) {
        int equals = setting.indexOf('=');
        flags.put(setting.substring(0, equals), new Given(setting.substring(equals + 1), "test"));
    }

    private static final class Echo implements MessageListener {
        @Override
        public boolean takesBinary() {
            return true;
        }

        @Override
        public void received(ChannelHandlerContext ctx, Subscriber from, boolean binary, ByteBuf message) {
            byte[] payload = ByteBufUtil.getBytes(message);
            Compressor compressor = from.protocol().compressor();
            byte[] shorter =
                    compressor != null && compressor.reaches(payload.length) ? compressor.frame(payload) : null;
            byte[] frame = shorter == null ? WebSocketWire.text(payload) : shorter;
            frame[0] = (byte) (frame[0] + (binary ? 1 : 0)); // the opcode after that for text
            ctx.writeAndFlush(Unpooled.wrappedBuffer(frame));
        }
    }
}
