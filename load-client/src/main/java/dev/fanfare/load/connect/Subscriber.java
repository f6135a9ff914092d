package dev.fanfare.load.connect;

import dev.fanfare.load.stats.Counter;
import dev.fanfare.load.stats.LoopStats;
import dev.fanfare.load.stats.SequenceTracker;
import dev.fanfare.load.stats.Tally;
import dev.fanfare.load.wire.SharedTicks;
import dev.fanfare.load.wire.SharedTicks.Verdict;
import org.jspecify.annotations.Nullable;

/**
 * One subscriber over all its connections: what survives a reconnect (the numbers received, the id to resume after, the wait the
 * server asked for). Its event loop only.
 */
final class Subscriber {
    private final Roster.Member member;
    private final LoopStats stats;
    private final SharedTicks ticks;
    private final SequenceTracker tracker = new SequenceTracker();
    private boolean tried;
    private boolean wasOpen;
    private int failures;
    private long retryMillis;
    private @Nullable String lastEventId;

    Subscriber(Roster.Member member, LoopStats stats, SharedTicks ticks) {
        this.member = member;
        this.stats = stats;
        this.ticks = ticks;
    }

    Roster.Member member() {
        return member;
    }

    /** One message arrived, complete; {@code id} is its SSE id if it had a numeric one. */
    Verdict message(byte[] buffer, int offset, int end, long id) {
        Tally tally = received();
        Verdict verdict = ticks.check(buffer, offset, end);
        if (verdict == Verdict.DIFFERENT && tracker.restarts(ticks.refusedSeq(), ticks.refusedTs())) {
            ticks.forget();
            verdict = ticks.check(buffer, offset, end);
        }
        if (verdict != Verdict.GOOD || (id >= 0 && id != ticks.seq())) {
            tally.add(Counter.CORRUPT, 1);
            tracker.corrupt();
            return verdict;
        }
        long ts = ticks.ts();
        if (tracker.restarts(ticks.seq(), ts)) {
            ticks.restart();
        }
        tracker.accept(ticks.seq(), ts, tally);
        if (!member.slow()) {
            stats.latency(System.currentTimeMillis() - ts);
        }
        return verdict;
    }

    /** A message arrived that cannot be a tick. */
    void foreignMessage() {
        received().add(Counter.CORRUPT, 1);
        tracker.corrupt();
    }

    /** An event arrived without an id to resume after. */
    void withoutId() {
        stats.group(member.slow()).add(Counter.WITHOUT_ID, 1);
    }

    void heartbeat() {
        stats.group(member.slow()).add(Counter.HEARTBEATS, 1);
    }

    private Tally received() {
        Tally tally = stats.group(member.slow());
        tally.add(Counter.messages(member.transport()), 1);
        return tally;
    }

    /** The server asked to wait this long before a reconnect. */
    void retry(long millis) {
        retryMillis = millis;
    }

    long retryMillis() {
        return retryMillis;
    }

    void resumeAfter(@Nullable String eventId) {
        lastEventId = eventId;
    }

    @Nullable
    String lastEventId() {
        return lastEventId;
    }

    /** Its stream is open (again). */
    void opened() {
        if (wasOpen) {
            stats.group(member.slow()).add(Counter.RECONNECTED, 1);
            tracker.resume();
        }
        wasOpen = true;
        failures = 0;
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

    /** Whether it is two numbers or more behind what others received. */
    boolean stalled() {
        return !member.slow() && tracker.highest() < ticks.highest() - 1;
    }
}
