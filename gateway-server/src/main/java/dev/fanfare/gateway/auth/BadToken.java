package dev.fanfare.gateway.auth;

import dev.fanfare.gateway.http.HttpProblem;
import dev.fanfare.gateway.metrics.TokenResult;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;

/** A token that is not accepted, and why; the words never hold the token. */
final class BadToken extends Exception {
    private static final long serialVersionUID = 1L;
    private static final int SHOWN = 60;
    private static final int RETRY_SECONDS = 5;

    private final TokenResult result;

    BadToken(TokenResult result, String detail) {
        super(detail, null, false, false);
        this.result = result;
    }

    /** It does not have the form of a token. */
    static BadToken malformed(String detail) {
        return new BadToken(TokenResult.MALFORMED, detail);
    }

    /** What {@code claim} says is not accepted. */
    static BadToken claim(String claim, String detail) {
        return new BadToken(TokenResult.CLAIM, "claim " + claim + ": " + detail);
    }

    TokenResult result() {
        return result;
    }

    /** As the client reads it: 401, or 503 if it is not the token's fault. */
    HttpProblem problem() {
        String detail = String.valueOf(getMessage());
        if (result == TokenResult.UNAVAILABLE) {
            return HttpProblem.of(HttpResponseStatus.SERVICE_UNAVAILABLE, detail)
                    .with(HttpHeaderNames.RETRY_AFTER, Integer.toString(RETRY_SECONDS));
        }
        return HttpProblem.of(HttpResponseStatus.UNAUTHORIZED, "the token is not accepted: " + detail)
                .with(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"");
    }

    /** There is no token where one is needed (RFC 6750 §3: then no error code). */
    static HttpProblem missing(String detail) {
        return HttpProblem.of(HttpResponseStatus.UNAUTHORIZED, detail).with(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer");
    }

    /** What a token says, as it may stand in an error: short, printable ASCII. */
    static String shown(String text) {
        StringBuilder shown = new StringBuilder();
        text.chars().limit(SHOWN).forEach(c -> shown.append(c >= 0x20 && c < 0x7f ? (char) c : '?'));
        return text.length() > SHOWN ? shown + "…" : shown.toString();
    }
}
