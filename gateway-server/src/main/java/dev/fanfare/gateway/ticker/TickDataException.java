package dev.fanfare.gateway.ticker;

/**
 * Price data that cannot be used. The message is a whole sentence for the person who wrote the file: which file and line, what
 * is wrong, what is allowed. Print it; the stack trace says nothing more.
 */
public final class TickDataException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TickDataException(String message) {
        super(message);
    }

    TickDataException(String message, Throwable cause) {
        super(message, cause);
    }
}
