package dev.fanfare.gateway.auth;

import dev.fanfare.gateway.http.HttpProblem;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * Revocations of one node, until it ends. Each is forgotten when no token it means can be valid any more: {@code auth.max-token-lifetime} after
 * it was made. There are at most {@code auth.max-revocations} of tokens and users; one more is refused and not put in the place of another, because
 * that one would be valid again. Reading takes no lock.
 */
public final class MemoryRevocations implements Revocations {
    private static final long SWEEP_SECONDS = 60;
    /** A moment further ahead is a mistake, milliseconds for example, and would lock everybody out for good. */
    private static final long FURTHEST_SECONDS = 86_400;

    private final int most;
    private final long keepSeconds;
    private final Clock clock;
    private final Map<String, Entry> tokens = new ConcurrentHashMap<>();
    private final Map<String, Entry> users = new ConcurrentHashMap<>();
    private final List<Consumer<Revocation>> listeners = new CopyOnWriteArrayList<>();
    private volatile long everythingBefore;
    /** Guarded by this. */
    private long sweptAt;

    /**
     * One that stands.
     *
     * @param before see {@link Revocation#beforeSeconds()}
     * @param until epoch second from which it may be forgotten
     */
    private record Entry(long before, long until) {}

    public MemoryRevocations(AuthConfig config, Clock clock) {
        this(config.maxRevocations(), config.terms().longestUse(), clock);
    }

    /**
     * Keeps revocations.
     *
     * @param most of tokens and users together
     * @param keep time after which no token of today is valid; zero if there is none
     */
    MemoryRevocations(int most, Duration keep, Clock clock) {
        this.most = most;
        this.keepSeconds = keep.toSeconds();
        this.clock = clock;
    }

    @Override
    public boolean isRevoked(Principal who) {
        if (who.kind() != Principal.Kind.TOKEN) {
            return false;
        }
        if (who.issuedAtSeconds() < everythingBefore) {
            return true;
        }
        Entry user = users.get(who.user());
        return (user != null && who.issuedAtSeconds() < user.before())
                || (who.tokenId() != null && tokens.containsKey(who.tokenId()));
    }

    @Override
    public CompletionStage<Void> revoke(Revocation revocation) {
        if (revocation.beforeSeconds() > now() + FURTHEST_SECONDS) {
            return CompletableFuture.failedStage(HttpProblem.of(
                    HttpResponseStatus.BAD_REQUEST,
                    "the moment %d lies more than a day ahead; allowed: seconds since 1970"
                            .formatted(revocation.beforeSeconds())));
        }
        if (!add(revocation)) {
            return CompletableFuture.failedStage(HttpProblem.of(
                    HttpResponseStatus.SERVICE_UNAVAILABLE,
                    "%d tokens and users are revoked, which is as many as may be (auth.max-revocations); what always can be revoked is everything issued before a moment"
                            .formatted(most)));
        }
        listeners.forEach(listener -> listener.accept(revocation));
        return CompletableFuture.completedStage(null);
    }

    @Override
    public void listen(Consumer<Revocation> listener) {
        listeners.add(listener);
    }

    /** How many tokens and users are revoked. */
    public synchronized int count() {
        sweep(SWEEP_SECONDS);
        return tokens.size() + users.size();
    }

    private synchronized boolean add(Revocation revocation) {
        if (revocation.kind() == Revocation.Kind.EVERYTHING) {
            everythingBefore = Math.max(everythingBefore, revocation.beforeSeconds());
            users.values().removeIf(entry -> entry.before() <= everythingBefore);
            return true;
        }
        Map<String, Entry> entries = revocation.kind() == Revocation.Kind.TOKEN ? tokens : users;
        sweep(SWEEP_SECONDS);
        boolean isNew = !entries.containsKey(revocation.id());
        if (isNew && tokens.size() + users.size() >= most) {
            sweep(1);
            if (tokens.size() + users.size() >= most) {
                return false;
            }
        }
        Entry entry = new Entry(revocation.beforeSeconds(), until(revocation));
        entries.merge(
                revocation.id(),
                entry,
                (a, b) -> new Entry(Math.max(a.before(), b.before()), Math.max(a.until(), b.until())));
        return true;
    }

    /** A moment that lies ahead revokes tokens that are not made yet. */
    private long until(Revocation revocation) {
        long from = Math.max(now(), revocation.beforeSeconds());
        return keepSeconds == 0 ? Long.MAX_VALUE : from + keepSeconds;
    }

    private void sweep(long atMostEverySeconds) {
        long now = now();
        if (now - sweptAt >= atMostEverySeconds) {
            sweptAt = now;
            tokens.values().removeIf(entry -> entry.until() <= now);
            users.values().removeIf(entry -> entry.until() <= now);
        }
    }

    private long now() {
        return clock.instant().getEpochSecond();
    }
}
