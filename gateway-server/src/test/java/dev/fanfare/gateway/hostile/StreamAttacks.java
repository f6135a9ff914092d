package dev.fanfare.gateway.hostile;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** What can be done with streams, cursors and the API. */
final class StreamAttacks {
    private static final String FAT = "chat:fat";
    private static final int FAT_BYTES = 60_000;

    private StreamAttacks() {}

    static Map<String, Attack> all() {
        Map<String, Attack> all = new LinkedHashMap<>();
        all.put("SSE that nobody reads, with fat messages", (site, course) -> deaf(site, course, false));
        all.put("WebSockets that nobody reads, with fat messages", (site, course) -> deaf(site, course, true));
        all.put("channels without end", StreamAttacks::channels);
        all.put("too many channels for one stream", StreamAttacks::tooManyChannels);
        all.put("parameters without end", StreamAttacks::parameters);
        all.put("an SSE client that talks", StreamAttacks::talkative);
        all.put("cursors that are none", StreamAttacks::cursors);
        all.put("guesses at the key of the API", StreamAttacks::keys);
        all.put("publications without end", StreamAttacks::publications);
        all.put("JSON that is none", StreamAttacks::json);
        return all;
    }

    /** Subscribes with tiny buffers, never reads, and lets an insider publish much: it must not be held up by those. */
    private static void deaf(Attack.Site site, Attack.Course course, boolean webSocket) throws Exception {
        List<Enemy> crowd = site.crowd(Math.min(100, site.size()), 2_048);
        String upgrade = webSocket
                ? "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                : "";
        String path = webSocket ? "/ws" : "/sse";
        crowd.forEach(enemy ->
                enemy.send("GET " + path + "?channels=" + FAT + " HTTP/1.1\r\nHost: x\r\n" + upgrade + "\r\n"));
        while (course.on()) {
            try (Enemy insider = site.enemy()) {
                insider.sendAll(publish(site, FAT, "y".repeat(FAT_BYTES)).getBytes(ISO_8859_1));
                course.held(insider.await(1_000).contains(" 200 "));
            }
            Thread.sleep(10);
        }
        Attack.end(crowd);
    }

    private static void channels(Attack.Site site, Attack.Course course) throws Exception {
        List<Enemy> streams = new ArrayList<>();
        for (long n = 0; course.on(); ) {
            StringBuilder names = new StringBuilder("x:0");
            for (int i = 0; i < 90; i++) {
                names.append(",x:").append(n++);
            }
            Enemy enemy = site.enemy();
            streams.add(enemy);
            enemy.send("GET /sse?channels=" + names + " HTTP/1.1\r\nHost: x\r\n\r\n");
            course.held(enemy.await(500).contains(" 503 "));
            if (streams.size() > 100) {
                streams.remove(0).close();
            }
            Attack.breathe();
        }
        Attack.end(streams);
    }

    private static void tooManyChannels(Attack.Site site, Attack.Course course) throws Exception {
        String many = "a,".repeat(1_500) + "b";
        StringBuilder different = new StringBuilder("c");
        for (int i = 0; i < 300; i++) {
            different.append(",c").append(i);
        }
        streams(site, course, List.of(many, different.toString(), "a:*****", "*", "%00", "%zz", "a%0d%0ab"));
    }

    private static void streams(Attack.Site site, Attack.Course course, List<String> names) throws Exception {
        for (int i = 0; course.on(); i++) {
            try (Enemy enemy = site.enemy()) {
                enemy.send("GET /sse?channels=" + names.get(i % names.size()) + " HTTP/1.1\r\nHost: x\r\n\r\n");
                course.held(enemy.await(500).startsWith("HTTP/1.1 4"));
            }
            Attack.breathe();
        }
    }

    private static void parameters(Attack.Site site, Attack.Course course) throws Exception {
        streams(site, course, List.of("a" + "&a=b".repeat(200), "a" + "&channels=a".repeat(300)));
    }

    /** Sends what nobody asked for behind its request. */
    private static void talkative(Attack.Site site, Attack.Course course) throws Exception {
        byte[] words = new byte[4_096];
        while (course.on()) {
            try (Enemy enemy = site.enemy()) {
                enemy.send("GET /sse?channels=chat:a HTTP/1.1\r\nHost: x\r\n\r\n");
                enemy.await(1_000);
                while (course.on() && !enemy.isGone()) {
                    enemy.send(words);
                    Attack.breathe();
                }
                course.held(enemy.isClosed());
            }
        }
    }

    /** Cursors that are damaged, foreign, or long; each must be told a gap, none may hurt. */
    private static void cursors(Attack.Site site, Attack.Course course) throws Exception {
        Random random = new Random(3);
        while (course.on()) {
            StringBuilder cursor = new StringBuilder();
            int length = 1 + random.nextInt(6_000);
            for (int i = 0; i < length; i++) {
                cursor.append("abcXYZ09-_.:".charAt(random.nextInt(12)));
            }
            try (Enemy enemy = site.enemy()) {
                enemy.send(
                        "GET /sse?channels=chat:a,chat:b HTTP/1.1\r\nHost: x\r\nLast-Event-ID: " + cursor + "\r\n\r\n");
                String heard = enemy.await(500);
                course.held((heard + enemy.await(200)).contains("event: gap"));
            }
            Attack.breathe();
        }
    }

    private static void keys(Attack.Site site, Attack.Course course) throws Exception {
        try (Enemy enemy = site.enemy()) {
            Enemy one = enemy;
            for (int i = 0; course.on(); i++) {
                one.send("POST /api/info HTTP/1.1\r\nHost: x\r\nX-API-Key: guess" + i
                        + "\r\nContent-Length: 2\r\n\r\n{}");
                String answer = one.await(500);
                course.held(answer.contains(" 401 ") || answer.contains(" 429 "));
                if (one.isClosed()) {
                    one.close();
                    one = site.enemy();
                }
            }
            one.close();
        }
    }

    private static void publications(Attack.Site site, Attack.Course course) throws Exception {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 500; i++) {
            lines.append("{\"channel\":\"flood:")
                    .append(i % 50)
                    .append("\",\"data\":")
                    .append(i)
                    .append("}\n");
        }
        String request = "POST /api/bulk HTTP/1.1\r\nHost: x\r\nX-API-Key: " + site.key() + "\r\nContent-Length: "
                + lines.length() + "\r\n\r\n" + lines;
        while (course.on()) {
            try (Enemy enemy = site.enemy()) {
                enemy.sendAll(request.getBytes(ISO_8859_1));
                course.held(enemy.await(1_000).contains(" 429 "));
            }
        }
    }

    private static void json(Attack.Site site, Attack.Course course) throws Exception {
        List<String> bodies = List.of(
                "[".repeat(20_000),
                "{\"a\":".repeat(5_000),
                "{\"channel\":\"a\",\"data\":" + "9".repeat(50_000) + "e99999999}",
                "{\"channel\":" + "9".repeat(50_000) + "}",
                "{\"" + "n".repeat(60_000) + "\":1}",
                "\u00ff\u00fe{}",
                "{\"channel\":\"a\",\"data\":\"\\ud800\",\"data\":1}");
        for (int i = 0; course.on(); i++) {
            String body = bodies.get(i % bodies.size());
            try (Enemy enemy = site.enemy()) {
                enemy.sendAll(("POST /api/publish HTTP/1.1\r\nHost: x\r\nX-API-Key: " + site.key()
                                + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                        .getBytes(ISO_8859_1));
                course.held(enemy.await(1_000).startsWith("HTTP/1.1 "));
            }
            Attack.breathe();
        }
    }

    private static String publish(Attack.Site site, String channel, String body) {
        return "POST /publish/" + channel + " HTTP/1.1\r\nHost: x\r\nX-API-Key: " + site.key() + "\r\nContent-Length: "
                + body.length() + "\r\n\r\n" + body;
    }
}
