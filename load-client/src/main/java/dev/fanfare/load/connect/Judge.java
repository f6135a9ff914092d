package dev.fanfare.load.connect;

import dev.fanfare.load.wire.SharedTicks.Verdict;
import org.jspecify.annotations.Nullable;

/**
 * Judges what one subscriber receives, over all its connections. A run of one kind has judges of one kind. Its event loop only.
 */
interface Judge {
    /**
     * One message arrived, complete.
     *
     * @param id its SSE id if it had a numeric one
     * @param gap whether it is an SSE event of the type {@code gap}
     */
    Verdict message(byte[] buffer, int offset, int end, long id, boolean gap);

    /** A message arrived that cannot be right. */
    void foreignMessage();

    /** The stream is open; {@code again} if it had been before. */
    void opened(boolean again);

    /** The stream is over, whoever ended it; {@code eventId} is the last id it had. */
    void closed(@Nullable String eventId);

    /** A dropped client is to be back by now. */
    void returning();

    /** Publishing is about to begin. */
    void arm();

    /** What the request asks for in its query, without a question mark; empty for nothing. */
    String query();

    /** Where the subscriber stands, as a WebSocket request says it in its query; empty if it does not know. */
    String recover();

    /** Whether it has not received all of {@code ends}. */
    boolean behind(Ends ends);

    /** The run is over; what can only be told now is counted. {@code ends} is null if nobody knows what was published. */
    void end(boolean open, @Nullable Ends ends);
}
