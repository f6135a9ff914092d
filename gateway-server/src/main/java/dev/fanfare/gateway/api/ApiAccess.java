package dev.fanfare.gateway.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fanfare.gateway.http.HttpCall;
import dev.fanfare.gateway.http.HttpProblem;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.security.MessageDigest;
import java.util.List;
import java.util.regex.Pattern;

/** Who may call the API. Immutable; any thread. */
final class ApiAccess {
    private static final String SCHEME = "apikey ";
    /** What a proxy adds: whoever stands behind it is not on this machine. */
    private static final List<String> PROXIED = List.of(
            "X-Forwarded-For",
            "X-Forwarded-Host",
            "X-Forwarded-Proto",
            "Forwarded",
            "X-Real-IP",
            "CF-Connecting-IP",
            "Via");
    /** What a browser adds to a POST: any page it shows could have sent it. */
    private static final List<String> BROWSED = List.of("Origin", "Sec-Fetch-Site");

    /** What a program on this machine calls it; a page that had its own name point here would send that name. */
    private static final Pattern HERE = Pattern.compile("(?i)(localhost|127(\\.\\d{1,3}){3}|\\[::1])(:\\d{1,5})?");

    private final byte[] key;

    ApiAccess(String key) {
        this.key = key.getBytes(UTF_8);
    }

    /**
     * Lets {@code call} pass.
     *
     * @throws HttpProblem 401 if its key is missing or wrong; 403 if no key is configured and it does not come from a program on
     *     this machine
     */
    void require(HttpCall call) throws HttpProblem {
        if (key.length == 0) {
            requireHere(call);
        } else if (!MessageDigest.isEqual(key, sent(call.headers()).getBytes(UTF_8))) {
            throw HttpProblem.of(
                            HttpResponseStatus.UNAUTHORIZED,
                            "the API needs the header X-API-Key, or Authorization: apikey KEY, with the configured key")
                    .with(HttpHeaderNames.WWW_AUTHENTICATE, "apikey");
        }
    }

    private static void requireHere(HttpCall call) throws HttpProblem {
        if (!call.from().getAddress().isLoopbackAddress()
                || PROXIED.stream().anyMatch(call.headers()::contains)
                || BROWSED.stream().anyMatch(call.headers()::contains)
                || !HERE.matcher(call.headers().get(HttpHeaderNames.HOST, "localhost"))
                        .matches()) {
            throw HttpProblem.of(
                    HttpResponseStatus.FORBIDDEN,
                    "without a key (api.key) the API serves programs on this machine only, which call it localhost; no proxy and no browser");
        }
    }

    private static String sent(HttpHeaders headers) {
        String plain = headers.get("X-API-Key");
        if (plain != null) {
            return plain;
        }
        String authorization = headers.get(HttpHeaderNames.AUTHORIZATION, "");
        return authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                ? authorization.substring(SCHEME.length()).trim()
                : "";
    }
}
