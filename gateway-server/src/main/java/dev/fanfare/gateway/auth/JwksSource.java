package dev.fanfare.gateway.auth;

import dev.fanfare.gateway.metrics.GatewayMetrics;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys of one URL: fetched at the start, then every {@code auth.jwks-refresh}, and when a token names a key that is not there. While the URL cannot
 * be fetched, or what it says cannot be used, the keys it had stay valid for {@code auth.jwks-stale}; it is tried again after 1 s, 2 s, 4 s … as
 * long as the refresh takes.
 *
 * <p>Keys are read by any thread, without a lock. Fetches are begun under the lock of this; what they bring is taken on the thread of the executor.
 */
final class JwksSource {
    private static final Logger log = LoggerFactory.getLogger(JwksSource.class);
    private static final long FIRST_RETRY_MILLIS = 1_000;
    private static final double JITTER = 0.1;

    private final URI url;
    private final Set<Algorithm> algorithms;
    private final JwksTerms terms;
    private final Parts parts;
    private volatile Kept kept = new Kept(List.of(), System.nanoTime());
    private volatile boolean broken = true;
    private boolean closed;
    private int failures;
    private long begunNanos;
    private @Nullable CompletableFuture<Void> running;
    private @Nullable ScheduledFuture<?> next;

    /** What all sources share. */
    record Parts(JwksFetch fetch, ScheduledExecutorService executor, GatewayMetrics metrics) {}

    /** Keys, and when they were fetched. */
    private record Kept(List<TokenKey> keys, long atNanos) {}

    /**
     * Nothing is fetched yet.
     *
     * @param algorithms see {@link KeySet#keys}
     */
    JwksSource(URI url, Set<Algorithm> algorithms, JwksTerms terms, Parts parts) {
        this.url = url;
        this.algorithms = algorithms;
        this.terms = terms;
        this.parts = parts;
    }

    /** The keys that are valid now. */
    List<TokenKey> keys() {
        Kept now = kept;
        return now.keys().isEmpty() || ageNanos(now) > terms.stale().toNanos() ? List.of() : now.keys();
    }

    /** Whether the last fetch failed, or none has ended yet: a key that is not here may exist. */
    boolean isBroken() {
        return broken;
    }

    /** Seconds since the keys were fetched; since the start if they never were. */
    double ageSeconds() {
        return ageNanos(kept) / 1e9;
    }

    /** The end of a fetch that runs or begins now; null if one ran lately. Never completes with a failure. */
    synchronized @Nullable CompletableFuture<Void> refetch() {
        if (running != null) {
            return running;
        }
        boolean lately = begunNanos != 0
                && System.nanoTime() - begunNanos < terms.cooldown().toNanos();
        return lately || closed ? null : begin();
    }

    /** Fetches now, and from then on. */
    synchronized void start() {
        if (running == null && !closed) {
            begin();
        }
    }

    synchronized void close() {
        closed = true;
        if (next != null) {
            next.cancel(false);
        }
    }

    /** Under the lock. */
    private CompletableFuture<Void> begin() {
        begunNanos = System.nanoTime();
        if (next != null) {
            next.cancel(false);
        }
        CompletableFuture<Void> end = new CompletableFuture<>();
        running = end;
        parts.fetch().get(url).whenCompleteAsync((body, failure) -> ended(end, body, failure), parts.executor());
        return end;
    }

    private void ended(CompletableFuture<Void> end, byte @Nullable [] body, @Nullable Throwable failure) {
        String problem = body == null ? words(failure) : take(body);
        parts.metrics().keysFetched(problem == null);
        synchronized (this) {
            tell(problem);
            failures = problem == null ? 0 : failures + 1;
            broken = problem != null;
            running = null;
            if (!closed) {
                later(problem == null ? spread(terms.refresh().toMillis()) : retryMillis());
            }
        }
        end.complete(null);
    }

    /** What is wrong with {@code body}, or null if its keys hold from now on. */
    private @Nullable String take(byte[] body) {
        try {
            kept = new Kept(KeySet.keys(body, algorithms), System.nanoTime());
            return null;
        } catch (UnusableKeyException unusable) {
            return unusable.getMessage();
        } catch (RuntimeException unexpected) { // whoever waits must not wait for ever
            return "the key set cannot be read (" + unexpected.getClass().getSimpleName() + ")";
        }
    }

    /** One line when it begins to fail, and one when it works again. Under the lock. */
    private void tell(@Nullable String problem) {
        if (problem != null && failures == 0) {
            int count = keys().size();
            log.warn(
                    "keys of tokens cannot be fetched from {}: {}; {}",
                    url,
                    problem,
                    count == 0
                            ? "there are none, so its tokens are refused"
                            : "the %d there are stay valid for %d s (auth.jwks-stale)"
                                    .formatted(
                                            count,
                                            terms.stale()
                                                    .minusNanos(ageNanos(kept))
                                                    .toSeconds()));
        } else if (problem == null && failures > 0) {
            log.info("{} keys of tokens are fetched from {} again", keys().size(), url);
        }
    }

    private void later(long millis) {
        try {
            next = parts.executor().schedule(this::start, millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException stopping) {
            closed = true;
        }
    }

    private long retryMillis() {
        long wait = FIRST_RETRY_MILLIS << Math.min(failures - 1, 20);
        return spread(Math.min(wait, terms.refresh().toMillis()));
    }

    /** Many gateways that started together do not ask together. */
    private static long spread(long millis) {
        return (long) (millis * (1 - JITTER * ThreadLocalRandom.current().nextDouble()));
    }

    private static long ageNanos(Kept kept) {
        return Math.max(0, Duration.ofNanos(System.nanoTime() - kept.atNanos()).toNanos());
    }

    private static String words(@Nullable Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause == null || cause instanceof CancellationException) {
            return "no whole answer in time";
        }
        String name = cause.getClass().getSimpleName();
        return cause.getMessage() == null ? name : name + ": " + cause.getMessage();
    }
}
