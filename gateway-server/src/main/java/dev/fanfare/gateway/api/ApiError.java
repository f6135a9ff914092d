package dev.fanfare.gateway.api;

import dev.fanfare.gateway.engine.EngineException;

/** Why a call was not carried out, as its caller reads it: the codes of the Centrifugo server API. */
final class ApiError extends Exception {
    private static final long serialVersionUID = 1L;

    /** Number and standing words of an error. */
    enum Code {
        INTERNAL(100, "internal server error"),
        UNAUTHORIZED(101, "unauthorized"),
        PERMISSION_DENIED(103, "permission denied"),
        METHOD_NOT_FOUND(104, "method not found"),
        LIMIT_EXCEEDED(106, "limit exceeded"),
        BAD_REQUEST(107, "bad request"),
        NOT_AVAILABLE(108, "not available"),
        TOO_MANY_REQUESTS(111, "too many requests");

        final int number;
        final String words;

        Code(int number, String words) {
            this.number = number;
            this.words = words;
        }
    }

    private final Code code;

    ApiError(Code code, String detail) {
        super(detail, null, false, false);
        this.code = code;
    }

    static ApiError bad(String detail) {
        return new ApiError(Code.BAD_REQUEST, detail);
    }

    static ApiError of(EngineException failure) {
        Code code = switch (failure.reason()) {
            case BUSY -> Code.TOO_MANY_REQUESTS;
            case TOO_MANY_CHANNELS -> Code.LIMIT_EXCEEDED;
            case UNAVAILABLE -> Code.NOT_AVAILABLE;
        };
        return new ApiError(code, String.valueOf(failure.getMessage()));
    }

    Code code() {
        return code;
    }

    /** Number, standing words and what was wrong. */
    String words() {
        return code.words + ": " + getMessage();
    }
}
