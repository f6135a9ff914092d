package dev.fanfare.gateway.api;

import dev.fanfare.gateway.http.HttpCall;
import dev.fanfare.gateway.http.HttpReply;
import dev.fanfare.gateway.http.HttpRoute;
import io.netty.handler.codec.http.HttpMethod;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;

/**
 * Stands before every route of the API: lets callers in, takes long requests off the event loop, because to parse one would
 * hold up everybody else on it, and answers errors as problem details (RFC 9457). Event loop.
 */
final class Guard implements HttpRoute {
    /** Bytes that a loop parses in some milliseconds, however many publications they are. */
    private static final int SHORT = 64 * 1024;

    private final ApiAccess access;
    private final Executor background;
    private final Work work;

    /** What a route does for a caller that was let in. Event loop or background thread. */
    @FunctionalInterface
    interface Work {
        CompletionStage<HttpReply> answer(HttpCall call, Caller caller) throws ApiError;
    }

    Guard(ApiAccess access, Executor background, Work work) {
        this.access = access;
        this.background = background;
        this.work = work;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.POST);
    }

    @Override
    public boolean isForPages() {
        return true;
    }

    @Override
    public CompletionStage<Boolean> readsBody(HttpCall head) {
        return access.admit(head).thenApply(caller -> true);
    }

    @Override
    public CompletionStage<HttpReply> answer(HttpCall call) {
        return access.admit(call).thenCompose(caller -> {
            if (call.body().length <= SHORT) {
                return work(call, caller);
            }
            try {
                return CompletableFuture.supplyAsync(() -> work(call, caller), background)
                        .thenCompose(Function.identity());
            } catch (RejectedExecutionException full) {
                return CompletableFuture.failedFuture(ApiError.of(full).problem());
            }
        });
    }

    private CompletionStage<HttpReply> work(HttpCall call, Caller caller) {
        try {
            return work.answer(call, caller)
                    .handle((reply, failure) -> failure == null
                            ? reply
                            : ApiError.of(failure).problem().reply());
        } catch (ApiError refused) {
            return CompletableFuture.failedFuture(refused.problem());
        }
    }
}
