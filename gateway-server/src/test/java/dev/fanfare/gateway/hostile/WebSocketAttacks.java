package dev.fanfare.gateway.hostile;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import java.util.zip.Deflater;

/** What can be done with WebSocket frames. */
final class WebSocketAttacks {
    static final int FIN = 0x80;
    /** Compressed. */
    private static final int RSV1 = 0x40;

    private static final int CONTINUATION = 0;
    private static final int TEXT = 1;
    private static final int BINARY = 2;
    private static final int PING = 9;
    private static final int PONG = 10;
    private static final String GO_AWAY = "\u0088";

    private WebSocketAttacks() {}

    static Map<String, Attack> all() {
        Map<String, Attack> all = new LinkedHashMap<>();
        all.put("pings of one that reads nothing", (site, course) -> deaf(site, course, frame(FIN | PING, 125)));
        all.put(
                "fragments without end",
                (site, course) -> again(site, course, frame(TEXT, 10), frame(CONTINUATION, 4_000)));
        all.put(
                "empty fragments without end",
                (site, course) -> flood(site, course, frame(TEXT, 1), frame(CONTINUATION, 0)));
        all.put(
                "a frame of many gigabytes",
                (site, course) -> again(site, course, longHead(1L << 40), new byte[4_096]));
        all.put("a negative length", (site, course) -> again(site, course, longHead(-1), new byte[4_096]));
        all.put(
                "frames without mask",
                (site, course) -> again(site, course, new byte[] {(byte) 0x81, 1, 'a'}, new byte[0]));
        all.put("binary messages", (site, course) -> again(site, course, frame(FIN | BINARY, 100), new byte[0]));
        all.put("text that is no UTF-8", (site, course) -> again(site, course, badText(), new byte[0]));
        all.put(
                "compressed frames nobody agreed on",
                (site, course) -> again(site, course, frame(FIN | RSV1 | TEXT, 100), new byte[0]));
        all.put(
                "messages that grow a thousandfold",
                (site, course) -> again(site, course, true, bomb(FIN), new byte[0]));
        all.put(
                "fragments that grow a thousandfold",
                (site, course) -> again(site, course, true, bomb(0), frame(CONTINUATION, 100)));
        all.put(
                "compressed frames of nothing sensible",
                (site, course) -> again(site, course, true, frame(FIN | RSV1 | TEXT, 3_000), new byte[0]));
        all.put(
                "pongs nobody asked for",
                (site, course) -> flood(site, course, frame(FIN | PONG, 125), frame(FIN | PONG, 0)));
        all.put(
                "messages nobody asked for",
                (site, course) -> flood(site, course, frame(FIN | TEXT, 1_000), frame(FIN | TEXT, 0)));
        all.put("frames of random bytes", WebSocketAttacks::garbage);
        all.put("handshakes that are wrong", WebSocketAttacks::handshakes);
        return all;
    }

    /** One connection after the other: {@code first}, then {@code more} until a close frame comes. */
    private static void again(Attack.Site site, Attack.Course course, byte[] first, byte[] more) throws Exception {
        again(site, course, false, first, more);
    }

    private static void again(Attack.Site site, Attack.Course course, boolean compressed, byte[] first, byte[] more)
            throws Exception {
        while (course.on()) {
            try (Enemy enemy = open(site, compressed)) {
                enemy.sendAll(first);
                String heard = "";
                while (course.on() && !heard.contains(GO_AWAY) && !enemy.isClosed()) {
                    enemy.send(more);
                    Attack.breathe();
                    heard = enemy.hear();
                }
                course.held(heard.contains(GO_AWAY) || enemy.isClosed());
            }
        }
    }

    /** A crowd that sends and never reads. */
    private static void deaf(Attack.Site site, Attack.Course course, byte[] frame) throws Exception {
        crowd(site, course, () -> frame, Math.min(10, site.size()));
    }

    private static void flood(Attack.Site site, Attack.Course course, byte[] first, byte[] more) throws Exception {
        boolean[] begun = {false};
        ByteBuffer many = ByteBuffer.allocate(more.length * 50);
        while (many.hasRemaining()) {
            many.put(more);
        }
        crowd(
                site,
                course,
                () -> {
                    byte[] next = begun[0] ? many.array() : first;
                    begun[0] = true;
                    return next;
                },
                1);
    }

    /** Frames are sent whole or the connection is given up; counts what was not taken, or cut. */
    private static void crowd(Attack.Site site, Attack.Course course, Supplier<byte[]> frames, int size)
            throws Exception {
        List<Enemy> crowd = new ArrayList<>();
        List<ByteBuffer> unsent = new ArrayList<>();
        for (int i = 0; i < size && course.on(); i++) {
            crowd.add(open(site));
            unsent.add(ByteBuffer.wrap(frames.get()));
        }
        while (course.on() && !crowd.stream().allMatch(Enemy::isClosed)) {
            for (int i = 0; i < crowd.size(); i++) {
                if (!unsent.get(i).hasRemaining()) {
                    unsent.set(i, ByteBuffer.wrap(frames.get()));
                }
                course.held(crowd.get(i).send(unsent.get(i)) == 0);
            }
            Attack.breathe();
        }
        Attack.end(crowd);
    }

    private static void garbage(Attack.Site site, Attack.Course course) throws Exception {
        Random random = new Random(2);
        byte[] bytes = new byte[2_000];
        while (course.on()) {
            try (Enemy enemy = open(site)) {
                random.nextBytes(bytes);
                bytes[0] |= (byte) 0x70; // no extension was agreed on
                enemy.sendAll(bytes);
                course.held(enemy.await(500).contains(GO_AWAY) || enemy.isClosed());
            }
        }
    }

    private static void handshakes(Attack.Site site, Attack.Course course) throws Exception {
        List<String> wrong = List.of(
                "Connection: Upgrade\r\nUpgrade: websocket\r\n",
                "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n",
                "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
                "Sec-WebSocket-Version: 13\r\n");
        for (int i = 0; course.on(); i++) {
            try (Enemy enemy = site.enemy()) {
                enemy.send("GET /ws HTTP/1.1\r\nHost: x\r\n" + wrong.get(i % wrong.size()) + "\r\n");
                course.held(enemy.await(500).startsWith("HTTP/1.1 4"));
            }
        }
    }

    /** A connection that the gateway took for a WebSocket. */
    static Enemy open(Attack.Site site) throws Exception {
        return open(site, false);
    }

    private static Enemy open(Attack.Site site, boolean compressed) throws Exception {
        Enemy enemy = site.enemy();
        enemy.send("GET /ws?channels=chat:enemy HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                + (compressed ? "Sec-WebSocket-Extensions: permessage-deflate\r\n" : "") + "\r\n");
        enemy.await(2_000);
        return enemy;
    }

    /** A small frame that means eight megabytes. */
    private static byte[] bomb(int fin) {
        Deflater deflater = new Deflater(9, true);
        deflater.setInput(new byte[8 << 20]);
        deflater.finish();
        byte[] small = new byte[16 << 10];
        int length = deflater.deflate(small);
        deflater.end();
        byte[] frame = frame(fin | RSV1 | TEXT, length);
        System.arraycopy(small, 0, frame, frame.length - length, length);
        return frame;
    }

    static byte[] frame(int first, int length) {
        ByteBuffer out = ByteBuffer.allocate(length + 8);
        out.put((byte) first);
        if (length < 126) {
            out.put((byte) (0x80 | length));
        } else {
            out.put((byte) 0xfe).putShort((short) length);
        }
        out.putInt(0); // a mask that changes nothing
        for (int i = 0; i < length; i++) {
            out.put((byte) 'x');
        }
        byte[] bytes = new byte[out.position()];
        out.flip().get(bytes);
        return bytes;
    }

    private static byte[] badText() {
        byte[] frame = frame(FIN | TEXT, 10);
        frame[frame.length - 1] = (byte) 0xff;
        return frame;
    }

    private static byte[] longHead(long length) {
        return ByteBuffer.allocate(14)
                .put((byte) (FIN | TEXT))
                .put((byte) 0xff)
                .putLong(length)
                .putInt(0)
                .array();
    }
}
