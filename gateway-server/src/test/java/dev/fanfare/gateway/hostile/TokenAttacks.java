package dev.fanfare.gateway.hostile;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What can be done without a token, or with one that somebody made up. */
final class TokenAttacks {
    private static final String HS256 = encoded("{\"alg\":\"HS256\"}");
    private static final String CLAIMS = encoded("{\"exp\":4102444800,\"sub\":\"42\",\"subscribe\":[\"*\"]}");

    private TokenAttacks() {}

    static Map<String, Attack> all() {
        Map<String, Attack> all = new LinkedHashMap<>();
        all.put(
                "tokens of nobody, at speed",
                (site, course) -> refused(
                        site,
                        course,
                        "token=",
                        List.of(
                                "x",
                                "a.b.c",
                                "..",
                                HS256 + "." + CLAIMS + ".",
                                HS256 + "." + CLAIMS + "." + "A".repeat(43))));
        all.put(
                "tokens without a signature",
                (site, course) -> refused(
                        site,
                        course,
                        "token=",
                        List.of(
                                encoded("{\"alg\":\"none\"}") + "." + CLAIMS + ".",
                                encoded("{\"alg\":\"NONE\"}") + "." + CLAIMS + ".A")));
        all.put(
                "tokens that bring their key along",
                (site, course) -> refused(
                        site,
                        course,
                        "token=",
                        List.of(
                                encoded("{\"alg\":\"HS256\",\"jwk\":{\"kty\":\"oct\",\"k\":\"AAAA\"}}") + "." + CLAIMS
                                        + "." + "A".repeat(43),
                                encoded("{\"alg\":\"RS256\",\"jku\":\"http://127.0.0.1:1/\"}") + "." + CLAIMS + "."
                                        + "A".repeat(342))));
        all.put(
                "tokens nested a thousand deep",
                (site, course) -> refused(
                        site,
                        course,
                        "token=",
                        List.of(
                                encoded("{\"alg\":" + "[".repeat(1_000)) + "." + CLAIMS + ".A",
                                HS256 + "." + encoded("{\"exp\":1e99999999999}") + ".A")));
        all.put(
                "channels for which a token is needed",
                (site, course) -> refused(
                        site, course, "channels=", List.of("secret:a", "chat:a,secret:a", "secret:*", "secret:a*")));
        all.put(
                "cursors into channels of others",
                (site, course) -> refused(
                        site, course, "channels=secret:a&recover=", List.of("secret:a,0,epoch1", "k3Jd9a.4fT1c")));
        return all;
    }

    private static void refused(Attack.Site site, Attack.Course course, String parameter, List<String> values)
            throws Exception {
        try (Enemies one = new Enemies(site)) {
            for (int i = 0; course.on(); i++) {
                Enemy enemy = one.next();
                enemy.send("GET /sse?" + parameter + values.get(i % values.size()) + " HTTP/1.1\r\nHost: x\r\n\r\n");
                String answer = enemy.await(1_000);
                if (answer.contains(" 200 ")) {
                    throw new AssertionError("let in: " + values.get(i % values.size()));
                }
                course.held(answer.contains(" 401 ") || answer.contains(" 403 "));
                Attack.breathe();
            }
        }
    }

    /** One connection for as long as it lives, then the next. */
    private static final class Enemies implements AutoCloseable {
        private final Attack.Site site;
        private Enemy now;

        Enemies(Attack.Site site) throws Exception {
            this.site = site;
            this.now = site.enemy();
        }

        Enemy next() throws Exception {
            if (now.isGone()) {
                now.close();
                now = site.enemy();
            }
            return now;
        }

        @Override
        public void close() {
            now.close();
        }
    }

    private static String encoded(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(UTF_8));
    }
}
