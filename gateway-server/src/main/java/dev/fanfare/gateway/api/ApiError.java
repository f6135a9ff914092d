package dev.fanfare.gateway.api;

import dev.fanfare.gateway.engine.EngineException;
import dev.fanfare.gateway.http.HttpProblem;
import dev.fanfare.gateway.log.CalmLog;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.LoggerFactory;

/** Why a call was not carried out, as its caller reads it: the codes of the Centrifugo server API. */
final class ApiError extends Exception {
    private static final long serialVersionUID = 1L;
    private static final CalmLog log = new CalmLog(LoggerFactory.getLogger(ApiError.class));

    /** Number and standing words of an error, and the status where the route has one of its own for it. */
    enum Code {
        INTERNAL(100, "internal server error", 500),
        UNAVAILABLE(100, "internal server error", 503),
        UNAUTHORIZED(101, "unauthorized", 401),
        PERMISSION_DENIED(103, "permission denied", 403),
        METHOD_NOT_FOUND(104, "method not found", 404),
        TOO_LARGE(106, "limit exceeded", 413),
        TOO_MANY_SUBSCRIPTIONS(106, "limit exceeded", 409),
        TOO_MANY_CHANNELS(106, "limit exceeded", 503),
        TOO_MANY_REVOCATIONS(106, "limit exceeded", 503),
        BAD_REQUEST(107, "bad request", 400),
        UNKNOWN_FORMAT(107, "bad request", 415),
        NOT_AVAILABLE(108, "not available", 404),
        TOO_MANY_REQUESTS(111, "too many requests", 429);

        final int number;
        final String words;
        private final int status;

        Code(int number, String words, int status) {
            this.number = number;
            this.words = words;
            this.status = status;
        }

        HttpResponseStatus status() {
            return HttpResponseStatus.valueOf(status);
        }

        /** Whether the same call may go well later. */
        boolean passes() {
            return this == UNAVAILABLE || this == TOO_MANY_REQUESTS || this == TOO_MANY_CHANNELS;
        }
    }

    private final Code code;
    private final long retrySeconds;

    ApiError(Code code, String detail) {
        this(code, detail, 1);
    }

    private ApiError(Code code, String detail, long retrySeconds) {
        super(detail, null, false, false);
        this.code = code;
        this.retrySeconds = retrySeconds;
    }

    static ApiError bad(String detail) {
        return new ApiError(Code.BAD_REQUEST, detail);
    }

    /** More than can be taken now; {@code seconds} later it can. */
    static ApiError busy(String detail, long seconds) {
        return new ApiError(Code.TOO_MANY_REQUESTS, detail, seconds);
    }

    /** What a call failed with; what nobody foresaw goes to the log. */
    static ApiError of(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof ApiError error) {
            return error;
        }
        if (cause instanceof EngineException engine) {
            return of(engine);
        }
        if (cause instanceof RejectedExecutionException) {
            return busy("too many long calls wait; try again later", 1);
        }
        log.say(to -> to.warn("an API call failed", cause));
        return new ApiError(Code.INTERNAL, "the gateway failed; its log says why");
    }

    /** What {@link dev.fanfare.gateway.auth.Permissions} says. */
    static ApiError of(HttpProblem refused) {
        boolean unknown = refused.reply().status().equals(HttpResponseStatus.UNAUTHORIZED);
        return new ApiError(unknown ? Code.UNAUTHORIZED : Code.PERMISSION_DENIED, String.valueOf(refused.getMessage()));
    }

    static ApiError of(EngineException failure) {
        Code code = switch (failure.reason()) {
            case BUSY -> Code.TOO_MANY_REQUESTS;
            case TOO_MANY_CHANNELS -> Code.TOO_MANY_CHANNELS;
            case UNAVAILABLE -> Code.UNAVAILABLE;
        };
        return new ApiError(code, String.valueOf(failure.getMessage()));
    }

    Code code() {
        return code;
    }

    /** When to try again, for codes that pass. */
    String retryAfter() {
        return Long.toString(retrySeconds);
    }

    /** Standing words and what was wrong. */
    String words() {
        return code.words + ": " + getMessage();
    }

    /** As the routes answer it that are not {@code /api/METHOD}. */
    HttpProblem problem() {
        HttpProblem problem = HttpProblem.of(code.status(), String.valueOf(getMessage()));
        if (code == Code.UNAUTHORIZED) {
            return problem.with(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer");
        }
        return code.passes() ? problem.with(HttpHeaderNames.RETRY_AFTER, retryAfter()) : problem;
    }
}
