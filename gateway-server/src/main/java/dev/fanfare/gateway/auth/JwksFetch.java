package dev.fanfare.gateway.auth;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Gets key sets over HTTP: 200 only, no redirects, bounded in size and time. Any thread; what follows runs on that of {@code executor}. */
final class JwksFetch {
    /** Bytes of a key set; the largest known ones have some 10 KiB. */
    static final int LARGEST = 256 * 1024;

    private static final Duration LONGEST = Duration.ofSeconds(5);

    private final ScheduledExecutorService executor;
    private final HttpClient client;
    private final Duration longest;

    JwksFetch(ScheduledExecutorService executor) {
        this(executor, LONGEST);
    }

    /**
     * For tests that cannot wait.
     *
     * @param longest from asking until the last byte has come
     */
    JwksFetch(ScheduledExecutorService executor, Duration longest) {
        this.executor = executor;
        this.longest = longest;
        this.client = HttpClient.newBuilder() // threads of its own: a name that is looked up must not hold up the timer
                .connectTimeout(longest)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    /** The body at {@code url}; fails with an {@link IOException} or {@link java.util.concurrent.CancellationException}. */
    CompletableFuture<byte[]> get(URI url) {
        HttpRequest request = HttpRequest.newBuilder(url)
                .header("Accept", "application/jwk-set+json, application/json")
                .timeout(longest)
                .build();
        CompletableFuture<HttpResponse<byte[]>> exchange = client.sendAsync(request, JwksFetch::body);
        // The client's own timeout ends with the header of the answer.
        var late = executor.schedule(() -> exchange.cancel(true), longest.toMillis(), TimeUnit.MILLISECONDS);
        return exchange.handleAsync(
                (response, failure) -> {
                    late.cancel(false);
                    if (failure != null) {
                        throw failure instanceof CompletionException known ? known : new CompletionException(failure);
                    }
                    return response.body();
                },
                executor);
    }

    private static BodySubscriber<byte[]> body(HttpResponse.ResponseInfo head) {
        return new Bounded(head.statusCode() == 200 ? null : "status " + head.statusCode());
    }

    /** Collects a body until it is too large. Of one exchange; called by one thread at a time. */
    private static final class Bounded implements BodySubscriber<byte[]> {
        private final CompletableFuture<byte[]> body = new CompletableFuture<>();
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final @Nullable String refused;
        private Flow.@Nullable Subscription subscription;

        /** @param refused why the body is not wanted at all, or null */
        Bounded(@Nullable String refused) {
            this.refused = refused;
        }

        @Override
        public CompletionStage<byte[]> getBody() {
            return body;
        }

        @Override
        public void onSubscribe(Flow.Subscription comes) {
            subscription = comes;
            if (refused == null) {
                comes.request(Long.MAX_VALUE);
            } else {
                fail(refused);
            }
        }

        @Override
        public void onNext(List<ByteBuffer> parts) {
            for (ByteBuffer part : parts) {
                if (bytes.size() + part.remaining() > LARGEST) {
                    fail("more than " + LARGEST + " bytes");
                    return;
                }
                byte[] copy = new byte[part.remaining()];
                part.get(copy);
                bytes.write(copy, 0, copy.length);
            }
        }

        @Override
        public void onError(Throwable failure) {
            body.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            body.complete(bytes.toByteArray());
        }

        private void fail(String why) {
            body.completeExceptionally(new IOException(why));
            if (subscription != null) {
                subscription.cancel();
            }
        }
    }
}
