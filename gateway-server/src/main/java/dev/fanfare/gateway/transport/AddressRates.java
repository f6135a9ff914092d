package dev.fanfare.gateway.transport;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * How fast each address opens connections: a bucket for each, with one second's worth, in a table of fixed size. An address that is not
 * in it has a full bucket. When there is no room for one more, that address of the same set is forgotten whose bucket is fullest: it
 * loses least. So an attacker with very many addresses makes the table forget, and no more; the rate of all addresses together has
 * a limit of its own. Any thread.
 */
final class AddressRates {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final int SETS = 4096;
    /** Places of a set. All together 65,536, which take 1.3 MB. */
    private static final int WAYS = 16;

    private final long step;
    private final AddressSet[] sets = new AddressSet[SETS];
    /** So that nobody can choose addresses which fall into one set. */
    private final long seed = ThreadLocalRandom.current().nextLong();

    /** @param perSecond 0 for no limit */
    AddressRates(int perSecond, long nowNanos) {
        step = perSecond == 0 ? 0 : Math.max(1, SECOND / perSecond);
        for (int i = 0; step > 0 && i < SETS; i++) {
            sets[i] = new AddressSet(nowNanos);
        }
    }

    /** Takes one connection of {@code key}; false if it has none left just now. */
    boolean take(long key, long nowNanos) {
        return step == 0 || set(key).take(key, nowNanos, step);
    }

    /** The same without taking. */
    boolean hasLeft(long key, long nowNanos) {
        return step == 0 || set(key).hasLeft(key, nowNanos, step);
    }

    private AddressSet set(long key) {
        long mixed = (key ^ seed) * 0x9E3779B97F4A7C15L;
        mixed = (mixed ^ (mixed >>> 29)) * 0xBF58476D1CE4E5B9L;
        return sets[(int) (mixed >>> 52)];
    }

    /** Those addresses that can only stand here. */
    private static final class AddressSet {
        private final long[] keys = new long[WAYS];
        /** When the next connection would be due at exactly the allowed rate. */
        private final long[] dues = new long[WAYS];

        AddressSet(long now) {
            java.util.Arrays.fill(dues, now - SECOND);
        }

        synchronized boolean hasLeft(long key, long now, long step) {
            int at = find(key);
            return at < 0 || from(at, now) + step - now <= 0;
        }

        synchronized boolean take(long key, long now, long step) {
            int at = find(key);
            if (at < 0) {
                at = fullest(now);
                keys[at] = key;
                dues[at] = now - SECOND;
            }
            long due = from(at, now) + step;
            if (due - now > 0) {
                return false;
            }
            dues[at] = due;
            return true;
        }

        /** A bucket holds one second's worth, no more. Differences, because nanoTime() may be negative. */
        private long from(int at, long now) {
            return dues[at] - (now - SECOND) < 0 ? now - SECOND : dues[at];
        }

        private int find(long key) {
            for (int i = 0; i < WAYS; i++) {
                if (keys[i] == key) {
                    return i;
                }
            }
            return -1;
        }

        private int fullest(long now) {
            int best = 0;
            for (int i = 1; i < WAYS; i++) {
                if (dues[i] - now < dues[best] - now) {
                    best = i;
                }
            }
            return best;
        }
    }
}
