package dev.fanfare.load.connect;

import dev.fanfare.load.stats.Counter;
import dev.fanfare.load.stats.LoopStats;
import org.jspecify.annotations.Nullable;

/**
 * One subscriber over all its connections: what survives a reconnect (what it received, the id to resume after, the wait the
 * server asked for). Its event loop only.
 */
final class Subscriber {
    private final Roster.Member member;
    private final LoopStats stats;
    private final Judge judge;
    private boolean tried;
    private boolean wasOpen;
    private boolean open;
    private int failures;
    private long retryMillis;
    private @Nullable String lastEventId;

    Subscriber(Roster.Member member, LoopStats stats, Judge judge) {
        this.member = member;
        this.stats = stats;
        this.judge = judge;
    }

    Roster.Member member() {
        return member;
    }

    Judge judge() {
        return judge;
    }

    /** An event arrived without an id to resume after. */
    void withoutId() {
        stats.group(member.slow()).add(Counter.WITHOUT_ID, 1);
    }

    void heartbeat() {
        stats.group(member.slow()).add(Counter.HEARTBEATS, 1);
    }

    /** The server asked to wait this long before a reconnect. */
    void retry(long millis) {
        retryMillis = millis;
    }

    long retryMillis() {
        return retryMillis;
    }

    /** Its stream is over, and this is the last id it had; null if it had none, which leaves the one before. */
    void closed(@Nullable String eventId) {
        open = false;
        lastEventId = eventId == null ? lastEventId : eventId;
        judge.closed(lastEventId);
    }

    @Nullable
    String lastEventId() {
        return lastEventId;
    }

    /** Its stream is open (again). */
    void opened() {
        if (wasOpen) {
            stats.group(member.slow()).add(Counter.RECONNECTED, 1);
        }
        judge.opened(wasOpen);
        wasOpen = true;
        open = true;
        failures = 0;
    }

    boolean isOpen() {
        return open;
    }

    void failed() {
        failures++;
    }

    /** Tries that failed since its stream was last open. */
    int failures() {
        return failures;
    }

    /** Whether this is the end of its first try; true once. */
    boolean firstTryOver() {
        boolean first = !tried;
        tried = true;
        return first;
    }
}
