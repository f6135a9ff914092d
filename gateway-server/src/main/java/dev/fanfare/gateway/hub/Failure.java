package dev.fanfare.gateway.hub;

import dev.fanfare.gateway.metrics.CloseReason;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/** Says what an I/O failure means: most of them are a client that went away. */
final class Failure {
    private Failure() {}

    static CloseReason reason(Throwable cause) {
        CloseReason reason = CloseReason.IO_ERROR;
        for (Throwable at = cause; at != null; at = at.getCause()) {
            String words = words(at);
            if (words.contains("timed out")) {
                return CloseReason.STALLED; // TCP_USER_TIMEOUT: nothing sent was acknowledged
            }
            if (at instanceof ClosedChannelException || words.contains("reset") || words.contains("Broken pipe")) {
                reason = CloseReason.CLIENT; // unless the cause says more: a closed channel names what closed it
            }
        }
        return reason;
    }

    private static String words(Throwable cause) {
        @Nullable String message = cause.getMessage();
        return message == null ? "" : message;
    }
}
