package dev.fanfare.load.connect;

import dev.fanfare.load.stats.Counter;
import dev.fanfare.load.stats.LoopStats;
import dev.fanfare.load.stats.SequenceTracker;
import dev.fanfare.load.stats.Tally;
import dev.fanfare.load.stats.Transport;
import dev.fanfare.load.wire.SharedTicks;
import dev.fanfare.load.wire.SharedTicks.Verdict;
import org.jspecify.annotations.Nullable;

/** Judges a broadcast: numbered ticks, the same for everybody. Its event loop only. */
final class TickJudge implements Judge {
    private final Roster.Member member;
    private final LoopStats stats;
    private final SharedTicks ticks;
    private final boolean compare;
    private final SequenceTracker tracker = new SequenceTracker();

    /**
     * @param compare whether numbers of all connections are of one clock, so that falling behind shows
     */
    TickJudge(Roster.Member member, LoopStats stats, SharedTicks ticks, boolean compare) {
        this.member = member;
        this.stats = stats;
        this.ticks = ticks;
        this.compare = compare;
    }

    @Override
    public Verdict message(byte[] buffer, int offset, int end, long id, boolean gap) {
        if (gap) { // it came back to a server that does not know where it stood; the newest tick follows
            stats.group(member.slow()).add(Counter.GAPS, 1);
            tracker.beginsWithNewest();
            return Verdict.GOOD;
        }
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

    @Override
    public void foreignMessage() {
        received().add(Counter.CORRUPT, 1);
        tracker.corrupt();
    }

    private Tally received() {
        Tally tally = stats.group(member.slow());
        tally.add(Counter.messages(member.transport()), 1);
        return tally;
    }

    @Override
    public void opened(boolean again) {
        if (again) {
            tracker.resume();
            if (member.transport() == Transport.WEBSOCKET) { // which says nothing of where it stood
                tracker.beginsWithNewest();
            }
        }
    }

    @Override
    public void closed(@Nullable String eventId) {}

    @Override
    public void returning() {}

    @Override
    public void arm() {}

    @Override
    public String query() {
        return "";
    }

    @Override
    public String recover() {
        return "";
    }

    @Override
    public boolean behind(Ends ends) {
        return false;
    }

    /** A stream that just falls silent shows no gap: it is two numbers or more behind what others received. */
    @Override
    public void end(boolean open, @Nullable Ends ends) {
        if (open && compare && !member.slow() && tracker.highest() < ticks.highest() - 1) {
            stats.group(false).add(Counter.STALLED, 1);
        }
    }
}
