package dev.fanfare.gateway.api;

import dev.fanfare.gateway.address.AddressKey;
import dev.fanfare.gateway.http.HttpProblem;
import dev.fanfare.gateway.log.CalmLog;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.net.InetAddress;
import java.util.Iterator;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts wrong keys by address. From one that has sent too many no key is looked at for a while, not even a right one: it would be the
 * one that was guessed. Any thread.
 */
final class KeyGuesses {
    private static final Logger log = LoggerFactory.getLogger(KeyGuesses.class);
    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);
    /** Addresses that are remembered; with more, any one of them is forgotten. */
    private static final int REMEMBERED = 10_000;

    private final long cost;
    private final int most;
    private final LongSupplier nanoTime;
    private final CalmLog calm = new CalmLog(log);
    /** Up to when all guesses of an address are spent, in nanoseconds. */
    private final ConcurrentMap<Long, Long> spentUntil = new ConcurrentHashMap<>();

    /** {@code most} in a minute. */
    KeyGuesses(int most, LongSupplier nanoTime) {
        this.most = most;
        this.cost = Math.max(1, MINUTE / most);
        this.nanoTime = nanoTime;
    }

    /**
     * Refuses to look at a key from {@code address}, if there were too many wrong ones.
     *
     * @throws HttpProblem 429 with {@code Retry-After}
     */
    void require(InetAddress address) throws HttpProblem {
        Long spent = spentUntil.get(AddressKey.of(address));
        long wait = spent == null ? 0 : spent - nanoTime.getAsLong();
        if (wait > 0) {
            throw HttpProblem.of(
                            HttpResponseStatus.TOO_MANY_REQUESTS,
                            "more than %d wrong keys in a minute (api.max-wrong-keys)".formatted(most))
                    .with(HttpHeaderNames.RETRY_AFTER, Long.toString(1 + TimeUnit.NANOSECONDS.toSeconds(wait)));
        }
    }

    /** One more wrong key from {@code address}. */
    void wrong(InetAddress address) {
        long now = nanoTime.getAsLong();
        long key = AddressKey.of(address);
        long spent = spentUntil.merge(key, spent(now, now - MINUTE), (before, first) -> spent(now, before));
        if (spent - now > 0) {
            calm.say(to -> to.warn(
                    "{} has sent {} wrong keys to the API; none from there is looked at for a while",
                    AddressKey.describe(key),
                    most));
        }
        if (spentUntil.size() > REMEMBERED) {
            forgetOne(now);
        }
    }

    private long spent(long now, long before) {
        return (now - before > MINUTE ? now - MINUTE : before) + cost;
    }

    private void forgetOne(long now) {
        Iterator<Long> all = spentUntil.values().iterator();
        for (int looked = 0; all.hasNext(); looked++) {
            if (now - all.next() > MINUTE || looked == 16) { // whose guesses have come back, or anybody
                all.remove();
                return;
            }
        }
    }
}
