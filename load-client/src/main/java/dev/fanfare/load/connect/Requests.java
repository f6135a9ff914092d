package dev.fanfare.load.connect;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Writes the one request each stream begins with, and the heads of those that publish. Any thread. */
final class Requests {
    private static final Set<String> HTTP1_ONLY =
            Set.of("connection", "keep-alive", "proxy-connection", "te", "transfer-encoding", "upgrade");

    private final RequestPlan plan;
    private final Map<String, String> extra = new LinkedHashMap<>();

    Requests(RequestPlan plan) {
        this.plan = plan;
        for (String line : plan.headers()) {
            extra.put(name(line), line);
        }
    }

    /** An event stream request (WHATWG HTML §9.2.3) of {@code subscriber}, resuming after the last id it had, if any. */
    byte[] sse(Target target, Subscriber subscriber) {
        return request("GET " + ssePath(target, subscriber), sseLines(target, subscriber));
    }

    /** The same over HTTP/2: its fields, pseudo-fields first. What is about an HTTP/1.1 connection is left out. */
    Map<String, String> http2(Target target, Subscriber subscriber) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put(":method", "GET");
        fields.put(":scheme", target.tls() ? "https" : "http");
        fields.put(":path", ssePath(target, subscriber));
        fields.put(":authority", target.host());
        lines(sseLines(target, subscriber)).forEach((name, line) -> {
            if (name.equals("host")) {
                fields.put(":authority", value(line));
            } else if (!HTTP1_ONLY.contains(name)) {
                fields.put(name, value(line));
            }
        });
        return fields;
    }

    private String ssePath(Target target, Subscriber subscriber) {
        return target.base() + with(plan.ssePath(), subscriber.judge().query());
    }

    private List<String> sseLines(Target target, Subscriber subscriber) {
        String id = subscriber.lastEventId();
        return List.of(
                "Host: " + target.host(),
                "Accept: text/event-stream",
                "Cache-Control: no-store",
                id == null ? "" : "Last-Event-ID: " + id,
                authorization(subscriber.member().index()));
    }

    /** A WebSocket request (RFC 6455 §4.1) of {@code subscriber}, saying where it stands. */
    byte[] webSocket(Target target, Subscriber subscriber, String key) {
        String query = subscriber.judge().query() + subscriber.judge().recover();
        return request(
                "GET " + target.base() + with(plan.wsPath(), query),
                List.of(
                        "Host: " + target.host(),
                        authorization(subscriber.member().index()),
                        "Upgrade: websocket",
                        "Connection: Upgrade",
                        "Sec-WebSocket-Version: 13",
                        "Sec-WebSocket-Key: " + key));
    }

    /** Who asks (RFC 6750 §2.1): the tokens are used in turn. Empty without any. */
    private String authorization(int index) {
        List<String> tokens = plan.tokens();
        return tokens.isEmpty() ? "" : "Authorization: Bearer " + tokens.get(index % tokens.size());
    }

    /**
     * A request that publishes: what stands before a body of {@code length} bytes. It goes with the first token, unless there is a key
     * for the API.
     */
    byte[] publish(Target target, boolean bulk, int length) {
        return request(
                "POST " + target.base() + (bulk ? "/api/bulk" : "/api/publish"),
                List.of(
                        "Host: " + target.host(),
                        extra.containsKey("x-api-key") ? "" : authorization(0),
                        "Content-Type: " + (bulk ? "application/x-ndjson" : "application/json"),
                        "Content-Length: " + length));
    }

    private static String with(String path, String query) {
        return query.isEmpty() ? path : path + (path.indexOf('?') < 0 ? "?" : "&") + query;
    }

    /** A fresh random key, or the one the user gave. */
    String key() {
        String given = header("sec-websocket-key");
        if (given != null) {
            return given;
        }
        byte[] nonce = new byte[16];
        ThreadLocalRandom.current().nextBytes(nonce);
        return Base64.getEncoder().encodeToString(nonce);
    }

    /** The value of an extra header by its lower-case name. */
    @Nullable
    String header(String name) {
        String line = extra.get(name);
        return line == null ? null : value(line);
    }

    private byte[] request(String methodAndPath, List<String> own) {
        StringBuilder text = new StringBuilder(256);
        text.append(methodAndPath).append(" HTTP/1.1\r\n");
        lines(own).values().forEach(line -> text.append(line).append("\r\n"));
        return text.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Lower-case name to line: ours, with the user's in place of or after them. */
    private Map<String, String> lines(List<String> own) {
        Map<String, String> lines = new LinkedHashMap<>();
        for (String line : own) {
            if (!line.isEmpty()) {
                lines.put(name(line), line);
            }
        }
        lines.putAll(extra);
        return lines;
    }

    private static String value(String line) {
        return line.substring(line.indexOf(':') + 1).strip();
    }

    private static String name(String line) {
        return line.substring(0, line.indexOf(':')).strip().toLowerCase(Locale.ROOT);
    }
}
