package dev.fanfare.gateway.http;

import io.netty.handler.codec.http.HttpMethod;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Answers requests for one path. Called on an event loop: must not block; what takes long completes elsewhere. */
@FunctionalInterface
public interface HttpRoute {
    /** The reply to {@code call}; a stage that fails with {@link HttpProblem} answers with it. */
    CompletionStage<HttpReply> answer(HttpCall call);

    /**
     * Whether it reads the long body of a call, of which only the head has come; what it does not read is not kept in memory.
     *
     * @param head a call without its body
     * @return fails with {@link HttpProblem} if the caller may not call; then the body need not be sent
     */
    default CompletionStage<Boolean> readsBody(HttpCall head) {
        return CompletableFuture.completedStage(false);
    }

    /** Whether pages of other origins may call it, as far as {@link Origins} lets them. */
    default boolean isForPages() {
        return false;
    }

    /** The methods it takes; HEAD is answered as GET, without the body. */
    default Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET, HttpMethod.HEAD);
    }
}
