package dev.fanfare.gateway.hub;

import dev.fanfare.gateway.channel.Cursor;
import dev.fanfare.gateway.channel.StreamPosition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** What one subscriber subscribed to, in its own order. Immutable list; its members belong to the shard's event loop. */
final class Subscriptions {
    static final Subscriptions NONE = new Subscriptions(new Subscription[0]);

    private final Subscription[] all;
    /** Those of {@link #all} that the owner could come back to: what its ids tell the places of. */
    private final Subscription[] recovering;

    private Subscriptions(Subscription[] all) {
        this.all = all;
        Subscription[] some =
                Arrays.stream(all).filter(each -> each.topic.recovers()).toArray(Subscription[]::new);
        this.recovering = some.length == all.length ? all : some; // nearly always; then there is one array for both
    }

    Subscriptions with(List<Subscription> added) {
        List<Subscription> more = new ArrayList<>(all());
        more.addAll(added);
        return new Subscriptions(more.toArray(Subscription[]::new));
    }

    Subscriptions without(Subscription left) {
        return new Subscriptions(Arrays.stream(all).filter(each -> each != left).toArray(Subscription[]::new));
    }

    List<Subscription> all() {
        return Arrays.asList(all);
    }

    /** Whether an event's id differs from connection to connection: it is a cursor over more than one channel. */
    boolean ownIds() {
        return recovering.length > 1;
    }

    @Nullable
    Subscription to(String channel) {
        for (Subscription each : all) {
            if (each.topic.name.equals(channel)) {
                return each;
            }
        }
        return null;
    }

    /** A pattern that brings {@code channel} to its owner; null if there is none. */
    @Nullable
    Subscription patternOf(String channel) {
        for (Subscription each : all) {
            if (each.topic.pattern != null && each.topic.pattern.matches(channel)) {
                return each;
            }
        }
        return null;
    }

    /** Whether {@code pattern} brings {@code channel} to its owner: neither the name itself nor an earlier pattern does. */
    boolean bringsFirst(Subscription pattern, String channel) {
        if (all.length == 1) {
            return true;
        }
        Subscription named = to(channel);
        if (named != null
                && (!named.topic.recovers() || !named.epoch.isEmpty())) { // else it does not know yet where it begins
            return false;
        }
        return patternOf(channel) == pattern;
    }

    /** One of those that fell behind; null if there is none. */
    @Nullable
    Subscription behind(Random random) {
        int from = all.length > 1 ? random.nextInt(all.length) : 0;
        for (int i = 0; i < all.length; i++) {
            Subscription each = all[(from + i) % all.length];
            if (each.state == Subscription.State.BEHIND) {
                return each;
            }
        }
        return null;
    }

    boolean anyReading() {
        for (Subscription each : all) {
            if (each.state == Subscription.State.READING) {
                return true;
            }
        }
        return false;
    }

    /** Writes where the owner stands in every channel it could come back to. */
    Cursor.Writer cursor(Cursor.Writer to) {
        to.reset();
        for (Subscription each :
                recovering) { // one that has no position yet must not look as if it had never been asked for
            boolean known = !each.epoch.isEmpty();
            to.add(each.topic.mark, known ? each.epoch : StreamPosition.UNKNOWN.epoch(), known ? each.last : 0);
        }
        return to;
    }
}
