package dev.fanfare.gateway.hostile;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** What can be done with connections and with HTTP/1.1 requests. */
final class HttpAttacks {
    private static final String HEAD = "GET /sse HTTP/1.1\r\nHost: localhost\r\n";
    private static final String POST = "POST /publish/chat:a HTTP/1.1\r\nHost: localhost\r\n";

    private HttpAttacks() {}

    static Map<String, Attack> all() {
        Map<String, Attack> all = new LinkedHashMap<>();
        all.put("connections that say nothing", (site, course) -> crowd(site, course, "", ""));
        all.put("heads that never end, byte by byte", (site, course) -> crowd(site, course, HEAD, "A: b\r\n"));
        all.put(
                "bodies that never end, byte by byte",
                (site, course) -> crowd(site, course, POST + "Content-Length: 4000\r\n\r\n", "x"));
        all.put("connect and reset", HttpAttacks::connectAndReset);
        all.put("more streams of one address than it may have", HttpAttacks::streamsOfOneAddress);
        all.put("request lines without end", (site, course) -> until(site, course, "GET /", "a".repeat(4096), " 414 "));
        all.put(
                "header lines without end",
                (site, course) -> until(site, course, HEAD + "A: ", "b".repeat(4096), " 431 "));
        all.put(
                "header fields without end",
                (site, course) -> until(site, course, HEAD, "A: b\r\n".repeat(500), " 431 "));
        all.put(
                "a body where none is expected",
                (site, course) -> until(
                        site,
                        course,
                        "GET /metrics HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
                        chunk(4096),
                        " 413 "));
        all.put(
                "a body of a stranger",
                (site, course) ->
                        until(site, course, POST + "Content-Length: 100000\r\n\r\n", "x".repeat(4096), " 401 "));
        all.put(
                "a chunked body without end",
                (site, course) -> until(
                        site,
                        course,
                        POST + "X-API-Key: " + site.key() + "\r\nTransfer-Encoding: chunked\r\n\r\n",
                        chunk(8192),
                        " 413 "));
        all.put(
                "chunk extensions without end",
                (site, course) -> until(
                        site,
                        course,
                        POST + "X-API-Key: " + site.key() + "\r\nTransfer-Encoding: chunked\r\n\r\n1;",
                        "x".repeat(4096),
                        " 4"));
        all.put("requests that nobody reads the answers of", HttpAttacks::pipelining);
        all.put("two requests in the clothes of one", HttpAttacks::smuggling);
        all.put("random bytes", HttpAttacks::noise);
        return all;
    }

    /** Opens a crowd that begins with {@code head} and goes on with {@code more}, slowly. */
    private static void crowd(Attack.Site site, Attack.Course course, String head, String more) throws Exception {
        while (course.on()) {
            List<Enemy> crowd = site.crowd();
            crowd.forEach(enemy -> enemy.send(head));
            while (course.on() && Attack.gone(crowd) < crowd.size()) {
                crowd.forEach(enemy -> enemy.send(more));
                Thread.sleep(100);
            }
            course.held(Attack.gone(crowd));
            Attack.end(crowd);
        }
    }

    /** Nothing is held off here: to survive it is all. */
    private static void connectAndReset(Attack.Site site, Attack.Course course) throws Exception {
        for (int i = 0; course.on(); i++) {
            try (Enemy enemy = site.enemy()) {
                enemy.send(i % 2 == 0 ? HEAD : HEAD + "\r\n");
            }
            course.held(true);
            Attack.breathe();
        }
    }

    private static void streamsOfOneAddress(Attack.Site site, Attack.Course course) throws Exception {
        while (course.on()) {
            List<Enemy> crowd = site.crowd(site.size() * 2, 0);
            for (int i = crowd.size() - 1; i >= 0 && course.on(); i--) { // those that came last first
                crowd.get(i).send(HEAD + "\r\n");
                course.held(crowd.get(i).await(200).contains(" 503 "));
            }
            Attack.end(crowd);
        }
    }

    /** Sends {@code more} again and again after {@code head}, until an answer has {@code refusal}; then anew. */
    private static void until(Attack.Site site, Attack.Course course, String head, String more, String refusal)
            throws Exception {
        byte[] bytes = more.getBytes(ISO_8859_1);
        while (course.on()) {
            try (Enemy enemy = site.enemy()) {
                enemy.send(head);
                String answer = "";
                while (course.on() && answer.isEmpty() && !enemy.isClosed()) {
                    enemy.send(bytes);
                    Attack.breathe();
                    answer = enemy.hear();
                }
                course.held(answer.startsWith("HTTP/1.1 ") && answer.contains(refusal));
            }
        }
    }

    private static void pipelining(Attack.Site site, Attack.Course course) throws Exception {
        byte[] requests = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n".repeat(100).getBytes(ISO_8859_1);
        List<Enemy> crowd = site.crowd(Math.min(20, site.size()), 4096);
        while (course.on()) {
            for (Enemy enemy : crowd) {
                course.held(enemy.send(requests) == 0);
            }
            Thread.sleep(5);
        }
        Attack.end(crowd);
    }

    private static void smuggling(Attack.Site site, Attack.Course course) throws Exception {
        List<String> tricks = List.of(
                "Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcd",
                "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
                "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
                "Content-Length: +4\r\n\r\nabcd",
                "Content-Length: 4 \r\n x\r\n\r\nabcd",
                "Content-Length : 4\r\n\r\nabcd",
                "Transfer-Encoding: chunked\r\n\r\n0x4\r\nabcd\r\n0\r\n\r\n",
                "Host: two\r\n\r\n");
        for (int i = 0; course.on(); i++) {
            try (Enemy enemy = site.enemy()) {
                enemy.send("POST /metrics HTTP/1.1\r\nHost: x\r\n" + tricks.get(i % tricks.size()) + HEAD + "\r\n");
                course.held(enemy.await(500).contains(" 400 "));
            }
            Attack.breathe();
        }
    }

    private static void noise(Attack.Site site, Attack.Course course) throws Exception {
        Random random = new Random(1);
        byte[] bytes = new byte[3_000];
        while (course.on()) {
            try (Enemy enemy = site.enemy()) {
                random.nextBytes(bytes);
                enemy.send(bytes);
                enemy.send("\r\n\r\n");
                course.held(!enemy.await(500).isEmpty() || enemy.isGone());
            }
        }
    }

    static String chunk(int length) {
        return Integer.toHexString(length) + "\r\n" + "x".repeat(length) + "\r\n";
    }
}
