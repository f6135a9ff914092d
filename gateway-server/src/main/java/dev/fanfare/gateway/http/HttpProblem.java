package dev.fanfare.gateway.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** A request that cannot be served, and why, as the client reads it (RFC 9457, problem details). Any thread. */
public final class HttpProblem extends Exception {
    private static final long serialVersionUID = 1L;
    /** A detail may quote the client, and a client may send a lot. */
    private static final int LONGEST = 300;

    private static final String TYPE = "application/problem+json";

    private final transient HttpReply reply;

    private HttpProblem(HttpReply reply, String detail) {
        super(detail, null, false, false);
        this.reply = reply;
    }

    /** A problem; {@code detail} says what was wrong and what is allowed. */
    public static HttpProblem of(HttpResponseStatus status, String detail) {
        String words = detail.length() > LONGEST ? detail.substring(0, LONGEST) + "…" : detail;
        String json = "{\"title\":\"%s\",\"status\":%d,\"detail\":\"%s\"}"
                .formatted(escape(status.reasonPhrase()), status.code(), escape(words));
        return new HttpProblem(new HttpReply(status, TYPE, json.getBytes(UTF_8), Map.of()), detail);
    }

    /** The same problem with one more response header. */
    public HttpProblem with(CharSequence name, String value) {
        return new HttpProblem(reply.with(name, value), String.valueOf(getMessage()));
    }

    /** The same problem; the connection is closed after the answer. */
    public HttpProblem closing() {
        return with(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE.toString());
    }

    /**
     * What a stage that is complete has brought.
     *
     * @throws HttpProblem if it failed with one
     */
    public static <T> T join(CompletableFuture<T> complete) throws HttpProblem {
        try {
            return complete.join();
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof HttpProblem problem) {
                throw problem;
            }
            throw failed;
        }
    }

    public HttpReply reply() {
        return reply;
    }

    private static String escape(String text) {
        return new String(JsonStringEncoder.getInstance().quoteAsString(text));
    }
}
