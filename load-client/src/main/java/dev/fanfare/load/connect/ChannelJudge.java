package dev.fanfare.load.connect;

import dev.fanfare.load.stats.Counter;
import dev.fanfare.load.stats.LoopStats;
import dev.fanfare.load.stats.Tally;
import dev.fanfare.load.wire.Cursor;
import dev.fanfare.load.wire.SharedTicks.Verdict;
import org.jspecify.annotations.Nullable;

/**
 * Judges what a subscriber of channels receives: every publication of every channel, once, in order, as it was published, or an
 * explicit gap. Its event loop only.
 */
final class ChannelJudge implements Judge {
    private final Roster.Member member;
    private final LoopStats stats;
    private final ChannelReader reader;
    private final ChannelPlan plan;
    private final int first;
    private final Place[] places;
    private boolean foreign;
    /** Epoch milliseconds: when a dropped client was to be back, and when its stream was open; 0 when nothing is to be recovered. */
    private long returningAt;

    private long openedAt;
    private long caughtUpAt;
    private int waiting;

    ChannelJudge(Roster.Member member, LoopStats stats, ChannelReader reader) {
        this.member = member;
        this.stats = stats;
        this.reader = reader;
        this.plan = reader.plan();
        this.first = plan.first(member.index());
        this.places = new Place[plan.perConnection()];
        for (int i = 0; i < places.length; i++) {
            places[i] = plan.keys() == 0 ? new OrderedPlace() : new NewestPlace(plan.keys());
        }
    }

    @Override
    public Verdict message(byte[] buffer, int offset, int end, long id, boolean gap) {
        Tally tally = received();
        if (!reader.envelope().parse(buffer, offset, end)) {
            foreign = true;
            tally.add(Counter.CORRUPT, 1);
            return reader.broken(buffer, offset, end);
        }
        int channel = reader.channel();
        int at = channel < 0 ? -1 : (channel - first + plan.count()) % plan.count();
        if (at < 0 || at >= places.length) { // nobody subscribed to that
            foreign = true;
            tally.add(Counter.CORRUPT, 1);
        } else if (gap || reader.envelope().hasGap()) {
            gap(places[at], tally);
        } else if (reader.envelope().isPublication()) {
            publication(places[at], channel, buffer, tally);
        } else if (reader.envelope().isPosition()) { // where it stands before anything came
            if (places[at].position() == null) {
                places[at].standsAt(
                        new Cursor.Position(reader.epoch(), reader.envelope().offset()));
            }
        } else { // somebody comes or goes
            tally.add(Counter.FOREIGN, 1);
        }
        return Verdict.GOOD;
    }

    private void gap(Place place, Tally tally) {
        tally.add(Counter.GAPS, 1);
        if (reader.envelope().toNow()) {
            place.gap(reader.envelope().offset(), reader.epoch(), tally);
        } else {
            place.gap();
        }
        live(place, System.currentTimeMillis());
    }

    private void publication(Place place, int channel, byte[] buffer, Tally tally) {
        switch (reader.read(buffer, channel)) {
            case OURS -> {
                place.publication(reader.envelope().offset(), reader.epoch(), reader.content(), tally);
                time(place, reader.content().ts(), tally);
            }
            case FOREIGN -> {
                tally.add(Counter.FOREIGN, 1);
                place.foreign(reader.envelope().offset(), reader.epoch(), tally);
            }
            case BROKEN -> {
                tally.add(Counter.CORRUPT, 1);
                place.corrupt();
            }
        }
    }

    /** What is older than the stream is being caught up with: how late that comes says nothing about delivery. */
    private void time(Place place, long ts, Tally tally) {
        long now = System.currentTimeMillis();
        if (ts < openedAt) {
            tally.add(Counter.CAUGHT_UP, 1);
            caughtUpAt = now;
            return;
        }
        if (!member.slow()) {
            stats.latency(now - ts);
        }
        live(place, now);
    }

    private void live(Place place, long now) {
        if (!place.live) {
            place.live = true;
            waiting--;
            if (waiting == 0 && returningAt > 0) {
                recovered(now);
            }
        }
    }

    private void recovered(long now) {
        stats.group(member.slow()).add(Counter.RECOVERED, 1);
        stats.recoveryTime((caughtUpAt > openedAt ? caughtUpAt : Math.min(openedAt, now)) - returningAt);
        returningAt = 0;
    }

    @Override
    public void foreignMessage() {
        received().add(Counter.CORRUPT, 1);
        foreign = true;
    }

    private Tally received() {
        Tally tally = stats.group(member.slow());
        tally.add(Counter.messages(member.transport()), 1);
        return tally;
    }

    @Override
    public void opened(boolean again) {
        openedAt = again ? System.currentTimeMillis() : 0;
        caughtUpAt = 0;
        waiting = places.length;
        for (Place place : places) {
            place.live = false;
        }
    }

    /**
     * The cursor of an event says where the client stands: that must be where it does stand. For channels from which nothing came
     * yet it is all that is known.
     */
    @Override
    public void closed(@Nullable String eventId) {
        Cursor cursor = eventId == null ? null : Cursor.parse(eventId);
        for (int i = 0; i < places.length; i++) {
            Cursor.Position known = places[i].position();
            Cursor.Position told = cursor == null ? null : cursor.of(plan.name(plan.channel(first, i)));
            if (known == null && told != null && told.sure()) {
                places[i].standsAt(told);
            } else if (known == null) {
                places[i].unpositioned();
            } else if (cursor != null && (told == null || (told.sure() && !told.equals(known)))) {
                stats.group(member.slow()).add(Counter.WRONG_CURSOR, 1);
            }
        }
    }

    @Override
    public void returning() {
        returningAt = System.currentTimeMillis();
    }

    @Override
    public void arm() {
        for (Place place : places) {
            place.arm();
        }
    }

    @Override
    public String query() {
        StringBuilder query = new StringBuilder("channels=");
        for (int i = 0; i < places.length; i++) {
            query.append(i == 0 ? "" : ",").append(plan.name(plan.channel(first, i)));
        }
        return query.append("&format=json").toString();
    }

    @Override
    public String recover() {
        StringBuilder recover = new StringBuilder();
        for (int i = 0; i < places.length; i++) {
            Cursor.Position position = places[i].position();
            if (position != null) {
                recover.append("&recover=").append(plan.name(plan.channel(first, i)));
                recover.append(',').append(position.offset()).append(',').append(position.epoch());
            }
        }
        return recover.toString();
    }

    @Override
    public boolean behind(Ends ends) {
        for (int i = 0; i < places.length; i++) {
            if (places[i].missing(ends, plan.channel(first, i)) > 0) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void end(boolean open, @Nullable Ends ends) {
        if (ends == null) {
            return;
        }
        Tally tally = stats.group(member.slow());
        boolean faulty = foreign;
        boolean told = false;
        for (int i = 0; i < places.length; i++) {
            long missing = open ? places[i].missing(ends, plan.channel(first, i)) : 0;
            tally.add(Counter.LOST, missing);
            faulty |= places[i].faulty || missing > 0;
            told |= places[i].told;
        }
        if (open && returningAt > 0 && !behind(ends)) {
            recovered(System.currentTimeMillis());
        }
        tally.add(
                faulty
                        ? Counter.CLIENTS_FAULTY
                        : !open ? Counter.CLIENTS_ABSENT : told ? Counter.CLIENTS_TOLD : Counter.CLIENTS_COMPLETE,
                1);
    }
}
