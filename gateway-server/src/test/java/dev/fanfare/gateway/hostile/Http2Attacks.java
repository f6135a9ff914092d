package dev.fanfare.gateway.hostile;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** What can be done with HTTP/2 frames. */
final class Http2Attacks {
    private static final int HEADER_TABLE_SIZE = 1;
    private static final int INITIAL_WINDOW_SIZE = 4;
    private static final int MAX_FRAME = 16_384;
    private static final byte[] NOTHING = {};

    private Http2Attacks() {}

    static Map<String, Attack> all() {
        Map<String, Attack> all = new LinkedHashMap<>();
        all.put("h2: streams opened and reset at once", Http2Attacks::rapidReset);
        all.put("h2: the gateway made to reset streams", Http2Attacks::madeYouReset);
        all.put("h2: header blocks without end", (site, course) -> headers(site, course, new byte[MAX_FRAME]));
        all.put("h2: header blocks of empty frames", (site, course) -> headers(site, course, NOTHING));
        all.put("h2: a header block that grows when read", Http2Attacks::bomb);
        all.put("h2: pings without end", (site, course) -> flood(site, course, Http2Enemy.PING, 0, new byte[8]));
        all.put("h2: settings without end", (site, course) -> flood(site, course, Http2Enemy.SETTINGS, 0, NOTHING));
        all.put(
                "h2: priorities without end",
                (site, course) -> flood(site, course, Http2Enemy.PRIORITY, 1, new byte[] {0, 0, 0, 3, 1}));
        all.put("h2: unknown frames without end", (site, course) -> flood(site, course, 0x42, 0, NOTHING));
        all.put(
                "h2: windows opened without end",
                (site, course) -> flood(site, course, Http2Enemy.WINDOW_UPDATE, 0, new byte[] {0, 0, 0, 1}));
        all.put(
                "h2: a window that is too wide",
                (site, course) -> flood(site, course, Http2Enemy.WINDOW_UPDATE, 0, new byte[] {0x7f, -1, -1, -1}));
        all.put("h2: empty data without end", Http2Attacks::emptyData);
        all.put("h2: more streams than there may be", Http2Attacks::manyStreams);
        all.put("h2: windows that never open", Http2Attacks::closedWindows);
        all.put("h2: answers that nobody reads", Http2Attacks::unread);
        all.put("h2: frames that no stream allows", Http2Attacks::nonsense);
        all.put("h2: a frame that is too long", Http2Attacks::tooLong);
        all.put("h2: connections that say nothing more", Http2Attacks::silent);
        return all;
    }

    private static void rapidReset(Attack.Site site, Attack.Course course) throws Exception {
        byte[] request = Http2Enemy.request("GET", "/sse?channels=chat:a");
        while (course.on()) {
            try (Http2Enemy enemy = new Http2Enemy(site.enemy())) {
                while (course.on() && !enemy.isRefused()) {
                    ByteArrayOutputStream many = new ByteArrayOutputStream();
                    for (int i = 0; i < 20; i++) {
                        int stream = enemy.nextStream();
                        many.writeBytes(Http2Enemy.frame(
                                Http2Enemy.HEADERS, Http2Enemy.END_STREAM | Http2Enemy.END_HEADERS, stream, request));
                        many.writeBytes(Http2Enemy.frame(Http2Enemy.RST_STREAM, 0, stream, new byte[] {0, 0, 0, 8}));
                    }
                    enemy.sendAll(many.toByteArray());
                    Attack.breathe();
                }
                course.held(enemy.isRefused());
            }
        }
    }

    /** Requests in order, each followed by a frame that makes the gateway reset its stream. */
    private static void madeYouReset(Attack.Site site, Attack.Course course) throws Exception {
        byte[] request = Http2Enemy.request("GET", "/metrics");
        while (course.on()) {
            try (Http2Enemy enemy = new Http2Enemy(site.enemy())) {
                while (course.on() && !enemy.isRefused()) {
                    int stream = enemy.nextStream();
                    enemy.sendAll(Http2Enemy.frame(
                            Http2Enemy.HEADERS, Http2Enemy.END_STREAM | Http2Enemy.END_HEADERS, stream, request));
                    enemy.sendAll(Http2Enemy.frame(Http2Enemy.WINDOW_UPDATE, 0, stream, new byte[4]));
                    Attack.breathe();
                }
                course.held(enemy.isRefused());
            }
        }
    }

    /** A header block that is continued for ever. */
    private static void headers(Attack.Site site, Attack.Course course, byte[] part) throws Exception {
        while (course.on()) {
            try (Http2Enemy enemy = new Http2Enemy(site.enemy())) {
                int stream = enemy.nextStream();
                enemy.sendAll(Http2Enemy.frame(Http2Enemy.HEADERS, 0, stream, Http2Enemy.request("GET", "/sse")));
                byte[] more = Http2Enemy.frame(Http2Enemy.CONTINUATION, 0, stream, part);
                while (course.on() && !enemy.isRefused()) {
                    enemy.sendAll(more);
                    Attack.breathe();
                }
                course.held(enemy.isRefused());
            }
        }
    }

    /** One long field goes into the table, and is then named ten thousand times. */
    private static void bomb(Attack.Site site, Attack.Course course) throws Exception {
        while (course.on()) {
            try (Http2Enemy enemy = new Http2Enemy(site.enemy(), HEADER_TABLE_SIZE, 0xffffffffL)) {
                ByteArrayOutputStream block = new ByteArrayOutputStream();
                block.writeBytes(Http2Enemy.request("GET", "/metrics"));
                block.write(0x40);
                Http2Enemy.text(block, "a");
                Http2Enemy.text(block, "b".repeat(3_900));
                for (int i = 0; i < 10_000; i++) {
                    block.write(0xbe); // the newest entry
                }
                enemy.sendAll(Http2Enemy.frame(
                        Http2Enemy.HEADERS,
                        Http2Enemy.END_STREAM | Http2Enemy.END_HEADERS,
                        enemy.nextStream(),
                        block.toByteArray()));
                for (int i = 0; i < 100 && !enemy.isRefused() && enemy.resets() == 0 && enemy.answers() == 0; i++) {
                    Thread.sleep(10);
                }
                course.held(enemy.isRefused() || enemy.resets() > 0 || enemy.answers() > 0); // 431
            }
        }
    }

    private static void flood(Attack.Site site, Attack.Course course, int type, int stream, byte[] payload)
            throws Exception {
        byte[] frame = Http2Enemy.frame(type, 0, stream, payload);
        ByteBuffer many = ByteBuffer.allocate(frame.length * 100);
        while (many.hasRemaining()) {
            many.put(frame);
        }
        while (course.on()) {
            try (Http2Enemy enemy = new Http2Enemy(site.enemy())) {
                enemy.get("/sse?channels=chat:a");
                while (course.on() && !enemy.isRefused()) {
                    enemy.sendAll(many.array());
                    Attack.breathe();
                }
                course.held(enemy.isRefused());
            }
        }
    }

    private static void emptyData(Attack.Site site, Attack.Course course) throws Exception {
        while (course.on()) {
            try (Http2Enemy enemy = new Http2Enemy(site.enemy())) {
                int stream = enemy.nextStream();
                enemy.sendAll(Http2Enemy.frame(
                        Http2Enemy.HEADERS,
                        Http2Enemy.END_HEADERS,
                        stream,
                        Http2Enemy.request("POST", "/publish/chat:a", "x-api-key", site.key())));
                while (course.on() && !enemy.isRefused() && enemy.resets() == 0) {
                    for (int i = 0; i < 100; i++) {
                        enemy.send(Http2Enemy.frame(Http2Enemy.DATA, 0, stream, NOTHING));
                    }
                    Attack.breathe();
                }
                course.held(enemy.isRefused() || enemy.resets() > 0);
            }
        }
    }

    private static void manyStreams(Attack.Site site, Attack.Course course) throws Exception {
        while (course.on()) {
            try (Http2Enemy enemy = new Http2Enemy(site.enemy())) {
                for (int i = 0; i < 400 && course.on(); i++) {
                    enemy.get("/sse?channels=chat:a");
                }
                for (int i = 0; i < 100 && enemy.resets() == 0 && !enemy.isRefused(); i++) {
                    Thread.sleep(10);
                }
                course.held(enemy.resets());
                course.held(enemy.isRefused());
            }
        }
    }

    /** Streams on which the gateway may send nothing, of a channel on which much is published. */
    private static void closedWindows(Attack.Site site, Attack.Course course) throws Exception {
        List<Http2Enemy> crowd = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Http2Enemy enemy = new Http2Enemy(site.enemy(), INITIAL_WINDOW_SIZE, 0);
            for (int j = 0; j < 50; j++) {
                enemy.get("/sse?channels=ticks");
            }
            crowd.add(enemy);
        }
        int before = 0;
        while (course.on()) {
            Thread.sleep(100);
            int resets = crowd.stream().mapToInt(Http2Enemy::resets).sum();
            course.held(resets - before);
            before = resets;
        }
        crowd.forEach(Http2Enemy::close);
    }

    /** Wide windows and a socket that nobody reads: what waits must be bounded all the same. */
    private static void unread(Attack.Site site, Attack.Course course) throws Exception {
        while (course.on()) {
            List<Http2Enemy> crowd = new ArrayList<>();
            byte[] wide = Http2Enemy.frame(Http2Enemy.WINDOW_UPDATE, 0, 0, new byte[] {0x40, 0, 0, 0});
            for (int i = 0; i < 10; i++) {
                Http2Enemy enemy = new Http2Enemy(
                        new Enemy(site.port(), Attack.Site.address(), 4_096), INITIAL_WINDOW_SIZE, 1 << 30);
                enemy.sendAll(wide);
                crowd.add(enemy);
            }
            for (int round = 0; round < 100 && course.on(); round++) {
                for (Http2Enemy enemy : crowd) {
                    enemy.send(Http2Enemy.frame(
                            Http2Enemy.HEADERS,
                            Http2Enemy.END_STREAM | Http2Enemy.END_HEADERS,
                            enemy.nextStream(),
                            Http2Enemy.request("GET", "/console.js")));
                }
                Thread.sleep(10);
            }
            course.held(true); // bounded memory is asserted at the end
            crowd.forEach(Http2Enemy::close);
        }
    }

    private static void nonsense(Attack.Site site, Attack.Course course) throws Exception {
        Random random = new Random(4);
        byte[] payload = new byte[60];
        while (course.on()) {
            try (Http2Enemy enemy = new Http2Enemy(site.enemy())) {
                enemy.get("/sse?channels=chat:a");
                for (int i = 0; i < 200 && course.on() && !enemy.isRefused(); i++) {
                    random.nextBytes(payload);
                    enemy.sendAll(
                            Http2Enemy.frame(random.nextInt(11), random.nextInt(256), random.nextInt(9), payload));
                }
                for (int i = 0; i < 100 && !enemy.isRefused() && enemy.resets() == 0; i++) {
                    Thread.sleep(10);
                }
                course.held(enemy.isRefused() || enemy.resets() > 0);
            }
        }
    }

    private static void tooLong(Attack.Site site, Attack.Course course) throws Exception {
        while (course.on()) {
            try (Http2Enemy enemy = new Http2Enemy(site.enemy())) {
                enemy.send(ByteBuffer.allocate(9)
                        .put(new byte[] {-1, -1, -1, 0, 0, 0, 0, 0, 1})
                        .array());
                for (int i = 0; i < 100 && !enemy.isRefused() && course.on(); i++) {
                    enemy.send(new byte[MAX_FRAME]);
                    Thread.sleep(5);
                }
                course.held(enemy.isRefused());
            }
        }
    }

    private static void silent(Attack.Site site, Attack.Course course) throws Exception {
        while (course.on()) {
            List<Http2Enemy> crowd = new ArrayList<>();
            for (int i = 0; i < 10 && course.on(); i++) {
                crowd.add(new Http2Enemy(site.enemy()));
            }
            while (course.on() && !crowd.stream().allMatch(Http2Enemy::isRefused)) {
                Thread.sleep(100);
            }
            course.held(crowd.stream().filter(Http2Enemy::isRefused).count());
            crowd.forEach(Http2Enemy::close);
        }
    }
}
