package dev.fanfare.gateway.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which web pages may use the gateway, and how a browser is told (WHATWG Fetch, "CORS protocol"). What is no browser sends no
 * {@code Origin} and is not meant. Immutable; any thread.
 *
 * <p>An origin is never reflected because it asked: with credentials only one that is listed, else {@code *}.
 */
public final class Origins {
    /** Seconds for which a browser may remember what a preflight said; Chromium keeps no more. */
    private static final String MAX_AGE = "7200";

    private static final String REQUEST_HEADERS =
            "Last-Event-ID, Authorization, Content-Type, Cache-Control, X-API-Key, Idempotency-Key";
    private static final String HTTP = "http://";
    private static final String HTTPS = "https://";

    private final List<OriginRule> listed;
    private final boolean any;

    /**
     * Those of {@code config}.
     *
     * @param open whether anyone may connect without a token, so that pages may, too, if none are listed
     */
    public Origins(OriginsConfig config, boolean open) {
        this.listed = config.allowed().stream()
                .filter(text -> !text.equals(OriginsConfig.ANY))
                .map(OriginRule::of)
                .toList();
        this.any = config.allowed().contains(OriginsConfig.ANY)
                || (open && config.allowed().isEmpty());
    }

    /** What a request's page is to the gateway. */
    public enum Standing {
        /** No page said where it is from: a program, or a page of the gateway itself that reads. */
        UNSAID,
        /** The gateway's own page. */
        SAME,
        /** In the list. */
        LISTED,
        /** One of those that are let in because all are. */
        ANY,
        /** Not let in. */
        FOREIGN
    }

    /**
     * Where a request comes from.
     *
     * @param origin of the page
     */
    public record Visit(Standing standing, @Nullable String origin) {
        /** Whether what the browser adds by itself, a cookie, may be taken for the wish of the person before it. */
        public boolean isTrusted() {
            return standing == Standing.SAME || standing == Standing.LISTED;
        }
    }

    /**
     * Where a request comes from.
     *
     * @param secure whether it came over TLS
     * @param host as the client used it, with its port: {@code Host}, or what a trusted proxy says
     */
    public Visit visit(HttpHeaders request, boolean secure, String host) {
        List<String> all = request.getAll(HttpHeaderNames.ORIGIN);
        if (all.isEmpty()) {
            return new Visit(Standing.UNSAID, null);
        }
        String origin = all.get(0);
        return new Visit(all.size() > 1 ? Standing.FOREIGN : standing(origin, request, secure, host), origin);
    }

    private Standing standing(String origin, HttpHeaders request, boolean secure, String host) {
        String said = origin.toLowerCase(Locale.ROOT);
        if (isSame(said, request, secure, host.toLowerCase(Locale.ROOT))) {
            return Standing.SAME;
        }
        if (listed.stream().anyMatch(rule -> rule.covers(said))) {
            return Standing.LISTED;
        }
        return any ? Standing.ANY : Standing.FOREIGN;
    }

    /**
     * Whether {@code origin} is the host that was asked. Behind a proxy that ends TLS a page's {@code https} arrives as plain HTTP, so
     * there either scheme is taken; but never a page that came unprotected for a request that did not.
     */
    private static boolean isSame(String origin, HttpHeaders request, boolean secure, String host) {
        boolean https = origin.startsWith(HTTPS);
        boolean protectedBefore = secure || "https".equalsIgnoreCase(request.get("X-Forwarded-Proto"));
        if (!https && (protectedBefore || !origin.startsWith(HTTP))) {
            return false;
        }
        String usual = https ? ":443" : ":80";
        String authority = origin.substring(https ? HTTPS.length() : HTTP.length());
        return !host.isEmpty() && without(usual, authority).equals(without(usual, host));
    }

    private static String without(String usualPort, String authority) {
        return authority.endsWith(usualPort)
                ? authority.substring(0, authority.length() - usualPort.length())
                : authority;
    }

    /**
     * Refuses a page that is not let in.
     *
     * @throws HttpProblem 403 that names its origin
     */
    public static void require(Visit visit) throws HttpProblem {
        if (visit.standing() == Standing.FOREIGN) {
            throw HttpProblem.of(
                    HttpResponseStatus.FORBIDDEN,
                    "pages of the origin %s may not use this gateway (origins.allowed)".formatted(visit.origin()));
        }
    }

    /** Tells the browser whether its page may read {@code response}. */
    public static void describe(Visit visit, HttpHeaders response) {
        String vary = response.get(HttpHeaderNames.VARY);
        response.set(HttpHeaderNames.VARY, vary == null ? "Origin" : vary + ", Origin");
        if (visit.standing() == Standing.LISTED && visit.origin() != null) {
            response.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, visit.origin());
            response.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
        } else if (visit.standing() == Standing.ANY) {
            response.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, "*");
        } else {
            return;
        }
        response.set(HttpHeaderNames.ACCESS_CONTROL_EXPOSE_HEADERS, HttpHeaderNames.RETRY_AFTER);
    }

    /** Whether a browser asks what a page may do, before it does it. */
    public static boolean isPreflight(HttpMethod method, HttpHeaders request) {
        return method.equals(HttpMethod.OPTIONS)
                && request.contains(HttpHeaderNames.ORIGIN)
                && request.contains(HttpHeaderNames.ACCESS_CONTROL_REQUEST_METHOD);
    }

    /** What a preflight of a page that is let in is answered, beside {@link #describe}. */
    public static HttpReply preflight(Visit visit, HttpHeaders request, Set<HttpMethod> methods) {
        HttpReply reply = HttpReply.empty(HttpResponseStatus.NO_CONTENT)
                .with(
                        HttpHeaderNames.ACCESS_CONTROL_ALLOW_METHODS,
                        methods.stream().map(HttpMethod::name).sorted().collect(Collectors.joining(", ")))
                .with(HttpHeaderNames.ACCESS_CONTROL_ALLOW_HEADERS, REQUEST_HEADERS)
                .with(HttpHeaderNames.ACCESS_CONTROL_MAX_AGE, MAX_AGE);
        boolean intoPrivateNetwork = "true".equals(request.get("Access-Control-Request-Private-Network"));
        return visit.standing() == Standing.LISTED && intoPrivateNetwork
                ? reply.with("Access-Control-Allow-Private-Network", "true")
                : reply;
    }
}
