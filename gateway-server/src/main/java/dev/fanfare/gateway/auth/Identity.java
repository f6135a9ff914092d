package dev.fanfare.gateway.auth;

import dev.fanfare.gateway.http.HttpCall;
import dev.fanfare.gateway.http.HttpProblem;
import dev.fanfare.gateway.http.Origins;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.cookie.Cookie;
import io.netty.handler.codec.http.cookie.ServerCookieDecoder;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Says who sends a request: the one place that finds its token and has it looked at. The token is in {@code Authorization: Bearer}, in the
 * parameter {@code token} of the query, or in the cookie {@code fanfare_token}; the first of these counts. Any thread.
 *
 * <p>A browser adds a cookie whoever's page sends the request. So it counts only when the page is the gateway's own or a listed one, and
 * without {@code Origin}, which browsers leave out where a page reads from its own server, only for reading.
 */
public final class Identity {
    private static final String SCHEME = "bearer ";
    private static final String PARAMETER = "token";
    private static final String COOKIE = "fanfare_token";
    /** What {@code Sec-Fetch-Site} says of a request that no other site caused. */
    private static final Set<String> OWN = Set.of("same-origin", "none");

    private final Authenticator authenticator;
    private final boolean tokens;

    /** {@code tokens} says whether they are looked at; without keys they are not. */
    public Identity(Authenticator authenticator, boolean tokens) {
        this.authenticator = authenticator;
        this.tokens = tokens;
    }

    /** Whether tokens count at all. */
    public boolean looksAtTokens() {
        return tokens;
    }

    /** Whether {@code call} carries a token that is looked at. */
    public boolean hasToken(HttpCall call) {
        return tokens && (sent(call) != null || cookie(call.headers()) != null);
    }

    /**
     * Who sends {@code call}; see {@link Authenticator#authenticate}.
     *
     * @param webSocket whether it opens one, for which browsers do not ask beforehand
     */
    public CompletionStage<Principal> of(HttpCall call, boolean webSocket) {
        if (!tokens) {
            return CompletableFuture.completedStage(Principal.ANONYMOUS);
        }
        String token = sent(call);
        if (token == null) {
            token = cookie(call.headers());
            if (token != null && !mayUseCookie(call, webSocket)) {
                return CompletableFuture.failedStage(
                        HttpProblem.of(
                                HttpResponseStatus.FORBIDDEN,
                                "a token in a cookie counts only for pages of the gateway itself or of an origin that is listed (origins.allowed), which say so in Origin"));
            }
        }
        return authenticator.authenticate(token);
    }

    private static boolean mayUseCookie(HttpCall call, boolean webSocket) {
        Origins.Visit page = call.page();
        if (page != null && page.isTrusted()) {
            return true;
        }
        boolean reads = call.method().equals(HttpMethod.GET) && !webSocket;
        return reads
                && (page == null || page.standing() == Origins.Standing.UNSAID)
                && OWN.contains(call.headers().get("Sec-Fetch-Site", "none"));
    }

    private static @Nullable String sent(HttpCall call) {
        String authorization = call.headers().get(HttpHeaderNames.AUTHORIZATION, "");
        if (authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return authorization.substring(SCHEME.length()).trim();
        }
        List<String> given = call.query().getOrDefault(PARAMETER, List.of());
        return given.isEmpty() ? null : given.get(0);
    }

    private static @Nullable String cookie(HttpHeaders headers) {
        for (String line : headers.getAll(HttpHeaderNames.COOKIE)) {
            for (Cookie cookie : ServerCookieDecoder.LAX.decodeAll(line)) {
                if (cookie.name().equals(COOKIE)) {
                    return cookie.value();
                }
            }
        }
        return null;
    }
}
